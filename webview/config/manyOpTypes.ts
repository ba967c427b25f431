import { h, icon } from '../graph/dom';
import { t } from '../l10n';
import type { OpTypeRow, PrecisionChoice } from '../protocol';
import { edits } from './choice';
import { precisionChoice } from './precisionChoice';
import { replaceKeepingFocus, type Post } from './section';
import { opTypesText } from './words';

/** The bar that sets all selected op types at once; hidden while fewer than two are. */
export function manyOpTypes(post: Post, onClear: () => void): {
  readonly element: HTMLElement;
  /** `hidden`: how many of the selected the filter leaves out. */
  update(rows: readonly OpTypeRow[], hidden: number, useBf16: boolean): void;
} {
  const status = h('span', { class: 'name', role: 'status' });
  const controls = h('span', { class: 'row' });
  const notes = h('p', { class: 'hint' });
  const element = h('div', { class: 'many', role: 'group', 'aria-label': t('Selected op types'), hidden: true }, h('div', { class: 'row' }, status, controls), notes);
  const clear = () => h('button', { type: 'button', id: 'many:clear', class: 'tool', title: t('Select none'), 'aria-label': t('Select none'), onclick: onClear }, icon('close'));
  return {
    element,
    update: (rows, hidden, useBf16) => {
      element.hidden = rows.length < 2;
      const partial = partialNotes(rows);
      const text = hidden === 0 ? opTypesText(rows.length) : t('{0}, {1} not shown', opTypesText(rows.length), hidden);
      if (status.textContent !== text) status.textContent = text;
      notes.textContent = Object.values(partial).join(' ');
      replaceKeepingFocus(controls, element.hidden ? [] : [bulkChoice(rows, partial, useBf16, post), clear()]);
    },
  };
}

function bulkChoice(rows: readonly OpTypeRow[], notes: Partial<Record<PrecisionChoice, string>>, useBf16: boolean, post: Post): HTMLElement {
  const first = rows[0]!.choice;
  return precisionChoice({
    id: 'many',
    label: t('All selected op types'),
    value: rows.every(({ choice }) => choice === first) ? first : undefined,
    capability: (['int8', 'bf16'] as const).filter((precision) => able(rows, precision).length > 0),
    useBf16,
    notes,
    ...edits(post, (choice) => ({ type: 'setOpTypes', ops: able(rows, choice).map(({ op }) => op), choice })),
  });
}

function able(rows: readonly OpTypeRow[], choice: PrecisionChoice): readonly OpTypeRow[] {
  return choice === 'auto' || choice === 'fp32' ? rows : rows.filter(({ capability }) => capability.includes(choice));
}

/** Where only some can take a precision: for how many it will be set. */
function partialNotes(rows: readonly OpTypeRow[]): Partial<Record<PrecisionChoice, string>> {
  const [int8, bf16] = [able(rows, 'int8').length, able(rows, 'bf16').length];
  const isPartial = (count: number) => count > 0 && count < rows.length;
  return {
    ...(isPartial(int8) && { int8: t('INT8 is set for the {0} of {1} that can.', int8, rows.length) }),
    ...(isPartial(bf16) && { bf16: t('BF16 is set for the {0} of {1} that can.', bf16, rows.length) }),
  };
}
