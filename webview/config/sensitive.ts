import { h } from '../graph/dom';
import { t } from '../l10n';
import type { SensitiveOpsRow } from '../protocol';
import { foldable, replaceKeepingFocus, type Post, type Section } from './section';
import { opsText } from './words';

/** Patterns of arithmetic that stay FP32 while their box is checked, each with the reason. */
export function sensitiveSection(post: Post): Section {
  const rows = h('div', { class: 'sensitive' });
  const hint = t('Arithmetic that loses too much in BF16. Unchecked, it is treated like other ops; a precision chosen above wins.');
  const element = foldable('sensitive', t('Stays FP32'), hint, rows);
  return {
    element,
    update: ({ sensitiveOps }) => {
      element.hidden = sensitiveOps.length === 0;
      replaceKeepingFocus(rows, sensitiveOps.map((row) => sensitiveRow(row, post)));
    },
  };
}

function sensitiveRow({ name, reason, count, staysFp32 }: SensitiveOpsRow, post: Post): HTMLElement {
  const id = `sensitive:${name}`;
  const box = h('input', {
    type: 'checkbox', id, class: 'box', checked: staysFp32, 'aria-describedby': `${id}:why`, onchange: () => post({ type: 'setSensitiveOps', name, staysFp32: box.checked }),
  });
  const counted = h('span', { class: 'number', title: t('{0} of this model', opsText(count)) }, String(count));
  return h(
    'div',
    { class: 'pattern' },
    h('label', { class: 'row', for: id }, box, h('span', { class: 'name' }, words(name)), counted),
    h('p', { class: 'hint', id: `${id}:why` }, reason),
  );
}

/** `powers_and_logarithms` as people write it. */
function words(name: string): string {
  const text = name.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
