import { h } from '../graph/dom';
import { LETTERS, NAMES } from '../graph/precision';
import { t } from '../l10n';
import type { OpTypeRow } from '../protocol';
import { edits } from './choice';
import type { GraphLight } from './graphLight';
import { precisionChoice } from './precisionChoice';
import type { Post } from './section';
import type { UnitWords } from './units';

const SHOWN = ['fp32', 'bf16', 'int8'] as const;

export interface RowContext {
  readonly post: Post;
  readonly light: GraphLight;
  readonly useBf16: boolean;
  readonly words: UnitWords;
  readonly selected: ReadonlySet<string>;
  /** `range`: all from the one selected last to this one, too. */
  readonly onSelect: (op: string, isSelected: boolean, range: boolean) => void;
}

/** Roles are said explicitly: style.css lays rows out as grids, which may take a table's roles away. */
export function opTypeTable(words: UnitWords, selectAll: HTMLElement, rows: readonly HTMLElement[]): HTMLElement {
  return h('table', { role: 'table', 'aria-label': words.title }, h('thead', { role: 'rowgroup' }, headRow(words, selectAll)), h('tbody', { role: 'rowgroup' }, ...rows));
}

function headRow({ kind, count }: UnitWords, selectAll: HTMLElement): HTMLElement {
  const column = (name: string, text: string, title: string) => h('th', { role: 'columnheader', scope: 'col', class: name, title }, text);
  return h(
    'tr',
    { role: 'row' },
    h('td', { role: 'cell', class: 'select' }, selectAll),
    column('name', ...kind),
    column('count', ...count),
    column('can', t('Can'), t('What it can be computed in beside FP32: 8 is INT8, B is BF16')),
    column('planned', t('Planned'), t('What the plan makes of them')),
    column('choice', t('Precision'), t('What you ask for')),
  );
}

export function opTypeRow({ op, count, choice, capability, planned }: OpTypeRow, { post, light, useBf16, words, selected, onSelect }: RowContext): HTMLElement {
  const box = h('input', {
    type: 'checkbox', id: `select:${op}`, class: 'box', checked: selected.has(op), 'aria-label': t('Select {0}', op), title: t('Select; with Shift, all from the last one to here'),
    onclick: (event) => onSelect(op, !selected.has(op), (event as MouseEvent).shiftKey),
  });
  const cell = (name: string, ...children: (Node | string)[]) => h('td', { role: 'cell', class: name }, ...children);
  const control = precisionChoice({
    id: `op:${op}`, label: op, value: choice, capability, useBf16, ...edits(post, (value) => ({ type: 'setOpTypes', ops: [op], choice: value })),
  });
  const title = t('{0}: show its {1} in the graph', op, words.unitsText(count));
  return h(
    'tr',
    { role: 'row' },
    cell('select', box),
    h('th', { role: 'rowheader', scope: 'row', class: 'name' }, light.button({ opType: op }, { id: `light:${op}`, class: 'lit', title }, op)),
    cell('count', count.toLocaleString('en')),
    cell('can', ...capabilityChips(capability)),
    cell('planned', mixBar(planned)),
    cell('choice', control),
  );
}

function capabilityChips(capability: OpTypeRow['capability']): HTMLElement[] {
  const precisions = (['int8', 'bf16'] as const).filter((precision) => capability.includes(precision));
  const text = precisions.length === 0 ? t('FP32 only') : precisions.map((precision) => NAMES[precision]).join(', ');
  return [h('span', { class: 'chips', role: 'img', 'aria-label': text, title: text }, ...precisions.map((precision) => h('span', { class: `chip ${precision}` }, LETTERS[precision])))];
}

function mixBar(planned: OpTypeRow['planned']): HTMLElement {
  const parts = SHOWN.filter((precision) => planned[precision] > 0);
  const mix = parts.map((precision) => `${planned[precision].toLocaleString('en')} ${NAMES[precision]}`).join(', ');
  const text = t('Planned: {0}', mix || t('left as it is'));
  const bars = parts.map((precision) => {
    const bar = h('span', { class: precision });
    bar.style.flexGrow = String(planned[precision]);
    return bar;
  });
  return h('span', { class: 'mix', role: 'img', title: text, 'aria-label': text }, ...bars);
}
