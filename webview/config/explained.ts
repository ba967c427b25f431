import { h } from '../graph/dom';
import { type Chosen, type Option, segmented } from './choice';

/** An option with a sentence that says what it does, shown while it is the one chosen. */
export interface Explained<T extends string> extends Option<T> {
  readonly sentence: string;
}

/** A row with exclusive options, and below it what the chosen one does. */
export function explainedRows<T extends string>(settings: Chosen<T> & {
  /** Unique in the page. */
  readonly id: string;
  /** Shown before the options. */
  readonly name: string;
  /** Said by screen readers. */
  readonly label: string;
  readonly options: readonly Explained<T>[];
  readonly value: T;
}): HTMLElement[] {
  const { name, options, value } = settings;
  const sentence = options.find((option) => option.value === value)?.sentence;
  return [h('div', { class: 'row setting' }, h('span', { class: 'name' }, name), segmented(settings)), h('p', { class: 'hint' }, sentence)];
}
