import type { GraphTables } from '../protocol';
import { t } from '../l10n';
import { boundSentence } from './castCount';
import { chip, section } from './detailParts';
import { h } from './dom';
import { NAMES, plural, STEPS } from './precision';

const COLUMNS = ['fp32', 'bf16', 'int8'] as const;

/** The model: its precisions, and how they came phase by phase. */
export function modelContent({ model, nodes, snapshots }: GraphTables, shown: number, transitions: HTMLElement): HTMLElement[] {
  const snapshot = snapshots[shown];
  const bound = snapshot && boundSentence(snapshot);
  const header = h('tr', {}, h('td', {}), ...COLUMNS.map((precision) => h('th', { scope: 'col', title: NAMES[precision] }, chip(precision))), h('th', { scope: 'col' }, t('Casts')));
  const rows = snapshots.map(({ counts, casts }, index) =>
    h(
      'tr',
      index === shown ? { class: 'current' } : {},
      h('th', { scope: 'row' }, STEPS[index] ?? ''),
      ...COLUMNS.map((precision) => h('td', {}, counts[precision].toLocaleString('en'))),
      h('td', {}, casts.toLocaleString('en')),
    ),
  );
  const table = h('table', { class: 'phases' }, h('thead', {}, header), h('tbody', {}, ...rows));
  return [
    h('div', { class: 'head' }, h('h2', {}, model.name)),
    h('p', { class: 'path' }, `${model.format}, ${plural(nodes.count, 'op')}`),
    transitions,
    section(t('Phases'), table, bound === undefined ? undefined : h('p', { class: 'bound' }, bound)),
    h('p', { class: 'hint' }, t('Select a node to see why it has its precision.')),
  ];
}
