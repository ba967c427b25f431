import { h } from '../graph/dom';
import { t } from '../l10n';
import type { SensitiveOpsRow } from '../protocol';
import { checkRow } from './checkRow';
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
  const counted = h('span', { class: 'number', title: t('{0} of this model', opsText(count)) }, String(count));
  return checkRow({
    id: `sensitive:${name}`, name: words(name), hint: reason, checked: staysFp32, more: [counted], onChange: (checked) => post({ type: 'setSensitiveOps', name, staysFp32: checked }),
  });
}

/** `powers_and_logarithms` as people write it. */
function words(name: string): string {
  const text = name.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
