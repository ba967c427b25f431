import { h } from '../graph/dom';
import type { ConfigChange } from '../protocol';
import { endDwell, onDwell } from './dwell';
import type { Post } from './section';

export interface Option<T extends string> {
  readonly value: T;
  readonly text: string;
  /** What choosing it does, in words for newcomers; for a disabled option, why it cannot be chosen. */
  readonly title: string;
  /** Precision whose colour it takes when chosen. */
  readonly colour?: 'fp32' | 'bf16' | 'int8';
  readonly disabled?: boolean;
}

/** What a control does with a value chosen, and with one that is only looked at; undefined ends the look. */
export interface Chosen<T> {
  readonly onChange: (value: T) => void;
  readonly onTry?: (value: T | undefined) => void;
}

/** A control that edits the config: the value chosen becomes a change, one looked at is tried. */
export function edits<T>(post: Post, change: (value: T) => ConfigChange): Chosen<T> {
  return {
    onChange: (value) => post(change(value)),
    onTry: (value) => post(value === undefined ? { type: 'try' } : { type: 'try', change: change(value) }),
  };
}

/** How long the pointer rests on a control before its change is tried. */
const TRY_AFTER = 250;

/** Tries the change a control would make while the pointer rests on it. */
export function tryOnDwell(element: HTMLElement, post: Post, change: () => ConfigChange): void {
  onDwell(element, TRY_AFTER, () => post({ type: 'try', change: change() }), () => post({ type: 'try' }));
}

/** A row of exclusive options: native radio buttons, so arrow keys and screen readers work as everywhere. */
export function segmented<T extends string>(settings: Chosen<T> & {
  /** Unique in the page. */
  readonly id: string;
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T | undefined;
}): HTMLElement {
  const { id, label, options, value, onChange, onTry } = settings;
  const segments = options.map((option) => {
    const inputId = `${id}:${option.value}`;
    const checked = option.value === value;
    const disabled = option.disabled === true && !checked;
    const input = h('input', {
      type: 'radio', id: inputId, name: id, value: option.value, checked, disabled, 'aria-label': `${label}: ${option.title}`,
      onchange: () => {
        endDwell();
        onChange(option.value);
      },
    });
    const segment = h('label', { title: option.title, class: option.colour ?? 'neutral' }, input, h('span', { 'aria-hidden': 'true' }, option.text));
    if (onTry !== undefined && !checked && !disabled) onDwell(segment, TRY_AFTER, () => onTry(option.value), () => onTry(undefined));
    return segment;
  });
  return h('div', { class: 'segmented', role: 'radiogroup', 'aria-label': label }, ...segments);
}
