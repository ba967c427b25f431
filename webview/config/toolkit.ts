import { provideVSCodeDesignSystem, vsCodeButton, vsCodeTextField, type Button, type TextField } from '@vscode/webview-ui-toolkit';

/** The only module that knows the UI toolkit: replacing the toolkit means rewriting these functions. */
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextField());

export type TextFieldElement = HTMLElement & { value: string };

export function textField(options: { readonly label: string; readonly placeholder: string; readonly onInput?: (value: string) => void }): TextFieldElement {
  const element = document.createElement('vscode-text-field') as TextField;
  element.placeholder = options.placeholder;
  // The toolkit takes its name from this text, which it also shows as a label above the field; style.css hides that.
  element.textContent = options.label;
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
