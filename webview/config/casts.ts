import { h } from '../graph/dom';
import type { ConfigView } from '../protocol';
import { segmented, type Option } from './choice';
import { heading, replaceKeepingFocus, type Post, type Section } from './section';

type Placement = 'depth_first' | 'none';

const PLACEMENTS: readonly Option<Placement>[] = [
  { value: 'depth_first', text: 'depth-first', title: 'Depth-first: neighbours of BF16 ops become BF16 too where that saves Casts' },
  { value: 'none', text: 'none', title: 'None: only the ops asked for become BF16' },
];

/** Where Casts between FP32 and BF16 go, and how many there are. */
export function castsSection(post: Post): Section {
  const rows = h('div', {});
  return {
    element: h('section', {}, heading('Casts', 'A Cast converts a value between FP32 and BF16 at run time. Fewer are faster.'), rows),
    update: ({ castPlacement, casts }) => {
      const placement = segmented({
        id: 'placement',
        label: 'Cast placement',
        options: PLACEMENTS,
        value: castPlacement as Placement,
        onChange: (value) => post({ type: 'setCastPlacement', placement: value }),
      });
      replaceKeepingFocus(rows, [h('div', { class: 'row' }, h('span', { class: 'name' }, 'Placement'), placement), ...numbers(casts)]);
    },
  };
}

function numbers(casts: ConfigView['casts']): HTMLElement[] {
  if (casts === undefined) return [h('p', { class: 'hint' }, 'Run the phases to see how many Casts there are.')];
  const row = (name: string, value: number, title: string) =>
    h('div', { class: 'row', title }, h('span', { class: 'name' }, name), h('span', { class: 'number value' }, String(value)));
  return [
    row('Inserted', casts.inserted, 'Casts put where precisions meet'),
    row('Folded', casts.folded, 'Casts that turned out not to be needed'),
    row('Remaining', casts.remaining, 'Casts the converted model executes'),
  ];
}
