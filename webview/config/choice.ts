import { h } from '../graph/dom';

export interface Option<T extends string> {
  readonly value: T;
  readonly text: string;
  /** What choosing it does, in words for newcomers; for a disabled option, why it cannot be chosen. */
  readonly title: string;
  /** Precision whose colour it takes when chosen. */
  readonly colour?: 'fp32' | 'bf16' | 'int8';
  readonly disabled?: boolean;
}

/** A row of exclusive options: native radio buttons, so arrow keys and screen readers work as everywhere. */
export function segmented<T extends string>(settings: {
  /** Unique in the page. */
  readonly id: string;
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T | undefined;
  readonly onChange: (value: T) => void;
}): HTMLElement {
  const { id, label, options, value, onChange } = settings;
  const segments = options.map((option) => {
    const inputId = `${id}:${option.value}`;
    const checked = option.value === value;
    const input = h('input', {
      type: 'radio', id: inputId, name: id, value: option.value, checked, disabled: option.disabled === true && !checked, 'aria-label': `${label}: ${option.title}`,
      onchange: () => onChange(option.value),
    });
    return h('label', { title: option.title, class: option.colour ?? 'neutral' }, input, h('span', { 'aria-hidden': 'true' }, option.text));
  });
  return h('div', { class: 'segmented', role: 'radiogroup', 'aria-label': label }, ...segments);
}
