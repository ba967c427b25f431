import { h } from '../graph/dom';
import type { CastNumbers } from '../protocol';
import { placementRows } from './placement';
import { heading, replaceKeepingFocus, type Post, type Section } from './section';

/** Where Casts between FP32 and BF16 go, and how many there are. */
export function castsSection(post: Post): Section {
  const rows = h('div', {});
  return {
    element: h('section', {}, heading('Casts', 'A Cast converts a value between FP32 and BF16 at run time. Fewer are faster.'), rows),
    update: (config) => replaceKeepingFocus(rows, [...placementRows(config, post), ...numbers(config.outcome?.casts)]),
  };
}

function numbers(casts: CastNumbers | undefined): HTMLElement[] {
  if (casts === undefined) return [h('p', { class: 'hint apart' }, 'Run the phases to see how many Casts there are.')];
  const row = (name: string, value: number, title: string) =>
    h('div', { class: 'row', title }, h('span', { class: 'name' }, name), h('span', { class: 'number value' }, String(value)));
  return [
    row('Inserted', casts.inserted, 'Casts put where precisions meet'),
    row('Folded', casts.folded, 'Casts that turned out not to be needed'),
    row('Remaining', casts.remaining, 'Casts the converted model executes'),
    ...(casts.lowerBound === null ? [] : [row('Fewest possible', casts.lowerBound, 'No placement has fewer Casts with the precisions asked for')]),
  ];
}
