import { h } from '../graph/dom';
import { t } from '../l10n';
import type { OpTypeRow, PrecisionChoice } from '../protocol';
import { edits } from './choice';
import { precisionChoice } from './precisionChoice';
import { replaceKeepingFocus, tool, type Post } from './section';
import { unitWords, type UnitWords } from './units';

/** The bar that sets all selected op types at once; it keeps its place while fewer than two are, so that rows do not move under the pointer. */
export function manyOpTypes(post: Post, onClear: () => void): {
  readonly element: HTMLElement;
  /** `hidden`: how many of the selected the filter leaves out. */
  update(rows: readonly OpTypeRow[], hidden: number, context: { readonly useBf16: boolean; readonly words: UnitWords }): void;
} {
  const status = h('span', { class: 'name', role: 'status' });
  const controls = h('span', { class: 'row' });
  const element = h('div', { class: 'row many', role: 'group', 'aria-label': unitWords(undefined).selected }, status, controls);
  return {
    element,
    update: (rows, hidden, { useBf16, words }) => {
      element.setAttribute('aria-label', words.selected);
      const isMany = rows.length > 1;
      element.classList.toggle('active', isMany);
      const text = !isMany ? t('Select several to set them at once.') : hidden === 0 ? words.kindsText(rows.length) : t('{0}, {1} not shown', words.kindsText(rows.length), hidden);
      if (status.textContent !== text) status.textContent = text;
      replaceKeepingFocus(controls, isMany ? [bulkChoice(rows, useBf16, post), tool('many:clear', 'close', t('Select none'), onClear)] : []);
    },
  };
}

function bulkChoice(rows: readonly OpTypeRow[], useBf16: boolean, post: Post): HTMLElement {
  const first = rows[0]!.choice;
  return precisionChoice({
    id: 'many',
    label: t('All selected'),
    value: rows.every(({ choice }) => choice === first) ? first : undefined,
    capability: (['int8', 'bf16'] as const).filter((precision) => able(rows, precision).length > 0),
    useBf16,
    shares: { int8: [able(rows, 'int8').length, rows.length], bf16: [able(rows, 'bf16').length, rows.length] },
    ...edits(post, (choice) => ({ type: 'setOpTypes', ops: able(rows, choice).map(({ op }) => op), choice })),
  });
}

/** Those that can be set to it: what an op type cannot take stays as it is. */
function able(rows: readonly OpTypeRow[], choice: PrecisionChoice): readonly OpTypeRow[] {
  return choice === 'auto' || choice === 'fp32' ? rows : rows.filter(({ capability }) => capability.includes(choice));
}
