import type { GraphTables } from '../protocol';
import { PRECISIONS } from '../tables';
import { t } from '../l10n';
import { chip, headOf, section, type DetailsEvents } from './detailParts';
import { h } from './dom';
import { summarize, type OpTypeCount } from './groupSummary';
import { repeatText } from './layout/cardSizes';
import type { Groups } from './layout/picture';
import type { Moment } from './moment';
import { NAMES, plural } from './precision';

/** What a group is and holds, with the button that opens or closes it. */
export function groupContent(graph: GraphTables, groups: Groups, moment: Moment, group: number, isExpanded: boolean, events: DetailsEvents): HTMLElement[] {
  const { nodes, gone, precisions, castsInside, castsAtBorder, opTypes } = summarize(graph, groups, moment, group);
  const toggle = h('button', { type: 'button', class: 'tool labelled secondary toggleGroup', 'data-key': 'toggleGroup', onclick: () => events.toggleGroup(group) }, isExpanded ? t('Collapse') : t('Expand'));
  const casts = castsInside + castsAtBorder === 0 ? t('None inside or at its border') : t('{0} inside, {1} at its border', castsInside.toLocaleString('en'), castsAtBorder.toLocaleString('en'));
  return [
    ...headOf(groups.labels[group]! + repeatText(groups, group), groups.paths[group]!, events),
    h('p', { class: 'row' }, `${plural(nodes, 'op')}${gone > 0 ? `, ${t('{0} of them removed', gone.toLocaleString('en'))}` : ''}`, toggle),
    section(t('Precision'), precisionBar(precisions), precisionList(precisions)),
    section(t('Casts'), h('p', {}, casts)),
    section(t('Op types'), opTable(opTypes)),
  ];
}

/** Shares of the precisions; ops of no precision are left out where there are others. */
function precisionBar(counts: readonly number[]): HTMLElement {
  const bar = h('div', { class: 'mix', 'aria-hidden': 'true' });
  PRECISIONS.forEach((precision, code) => {
    if (precision === 'other' || counts[code] === 0) return;
    const part = h('span', { class: precision });
    part.style.flexGrow = String(counts[code]);
    bar.append(part);
  });
  return bar;
}

function precisionList(counts: readonly number[]): HTMLElement {
  return h('ul', { class: 'precisions' }, ...PRECISIONS.flatMap((precision, code) => (counts[code] === 0 ? [] : [h('li', {}, chip(precision), `${counts[code]!.toLocaleString('en')} ${NAMES[precision]}`)])));
}

function opTable(types: readonly OpTypeCount[]): HTMLElement {
  const present = PRECISIONS.flatMap((precision, code) => (types.some(({ precisions }) => precisions[code]! > 0) ? [{ precision, code }] : []));
  const head = h('tr', {}, h('td', {}), ...present.map(({ precision }) => h('th', { scope: 'col', title: NAMES[precision] }, chip(precision))), h('th', { scope: 'col' }, t('All')));
  const cell = (count: number): HTMLElement => h('td', count === 0 ? { class: 'none' } : {}, count === 0 ? '·' : count.toLocaleString('en'));
  const rows = types.map(({ op, count, precisions }) => h('tr', {}, h('th', { scope: 'row', title: op }, op), ...present.map(({ code }) => cell(precisions[code]!)), cell(count)));
  return h('table', { class: 'opTypes' }, h('thead', {}, head), h('tbody', {}, ...rows));
}
