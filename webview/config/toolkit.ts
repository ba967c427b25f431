import { provideVSCodeDesignSystem, vsCodeButton, vsCodeDropdown, vsCodeOption, vsCodeTextField } from '@vscode/webview-ui-toolkit';
import type { Button, Dropdown, TextField } from '@vscode/webview-ui-toolkit';

/** The only module that knows the UI toolkit: replacing the toolkit means rewriting these functions. */
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeDropdown(), vsCodeOption(), vsCodeTextField());

export type TextFieldElement = HTMLElement & { value: string };

export function textField(options: { readonly label: string; readonly placeholder: string; readonly onInput?: (value: string) => void }): TextFieldElement {
  const element = document.createElement('vscode-text-field') as TextField;
  element.placeholder = options.placeholder;
  element.setAttribute('aria-label', options.label);
  element.addEventListener('input', () => options.onInput?.(element.value));
  return element;
}

export function button(label: string, title: string, onClick: () => void): HTMLElement {
  const element = document.createElement('vscode-button') as Button;
  element.appearance = 'secondary';
  element.textContent = label;
  element.title = title;
  element.addEventListener('click', onClick);
  return element;
}

export function dropdown<T extends string>(options: {
  readonly id: string;
  readonly label: string;
  readonly choices: Readonly<Record<T, string>>;
  readonly value: T;
  readonly onChange: (value: T) => void;
}): HTMLElement {
  const element = document.createElement('vscode-dropdown') as Dropdown;
  element.id = options.id;
  element.setAttribute('aria-label', options.label);
  for (const [value, text] of Object.entries<string>(options.choices)) {
    const option = document.createElement('vscode-option');
    option.setAttribute('value', value);
    option.toggleAttribute('selected', value === options.value);
    option.textContent = text;
    element.append(option);
  }
  element.addEventListener('change', () => options.onChange(element.value as T));
  return element;
}
