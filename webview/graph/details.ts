import type { GraphTables, NodeChange, NodeDetails, OpError, Precision } from '../protocol';
import { t } from '../l10n';
import { castRow, forcedByBox } from './castWhy';
import { chip, headOf, section, withConfigLink, type DetailsEvents } from './detailParts';
import { h } from './dom';
import { groupContent } from './groupDetails';
import type { Groups } from './layout/picture';
import { modelContent } from './modelDetails';
import type { Moment } from './moment';
import { NAMES, PHASE_TITLES } from './precision';
import { largestMagnitude, valueList } from './valueList';

export interface DetailsPanel {
  readonly element: HTMLElement;
  /** What the picture knows of a node, until its details arrive. */
  showHead(node: { readonly op: string; readonly name: string }, precision: Precision | undefined): void;
  showNode(details: NodeDetails, errors?: readonly OpError[]): void;
  showGroup(graph: GraphTables, groups: Groups, moment: Moment, group: number, isExpanded: boolean): void;
  showModel(graph: GraphTables, shown: number): void;
}

/** The panel at the right: the selected node or group, or the model where nothing is selected. `transitions` is part of the model's. */
export function createDetails(events: DetailsEvents, transitions: HTMLElement): DetailsPanel {
  const element = h('section', { class: 'details', 'aria-label': t('Details'), tabindex: '-1' });
  const head = ({ op, name, sourceName, cast }: Pick<NodeDetails, 'op' | 'name' | 'sourceName' | 'cast'>, precision: Precision | undefined): HTMLElement[] => [
    ...headOf(op, name, events),
    ...(sourceName === undefined ? [] : [h('p', { class: 'path' }, t('{0} in the opened model', sourceName))]),
    cast && precision !== undefined ? castRow(cast) : h('p', { class: 'row' }, chip(precision), precision === undefined ? t('Not in the graph any more') : NAMES[precision]),
  ];
  /** Of the group that is shown. */
  let group: number | undefined;
  const show = (content: readonly Node[], isNew: boolean, shown?: number): void => {
    replaceContent(element, content);
    if (isNew) element.scrollTop = 0;
    group = shown;
  };
  return {
    element,
    showHead: (node, precision) => show(head(node, precision), true),
    showNode(details, errors = []) {
      const scale = largestMagnitude([...details.inputs, ...details.outputs]);
      const content = [
        ...head(details, details.precision),
        section(whyTitle(details), whyBox(details, events)),
        ...(errors.length === 0 ? [] : [section(t('Alone at a lower precision'), errorList(errors))]),
        section(t('Inputs'), valueList(details.inputs, t('No inputs'), scale, events)),
        section(t('Outputs'), valueList(details.outputs, t('No outputs'), scale, events)),
        section(t('Changes'), changes(details, events)),
        section(t('Attributes'), attributes(details)),
      ];
      show(content, false);
    },
    showGroup: (graph, groups, moment, shown, isExpanded) => show(groupContent(graph, groups, moment, shown, isExpanded, events), shown !== group, shown),
    showModel: (graph, shown) => show(modelContent(graph, shown, transitions), false),
  };
}

/** What had the focus has it again, or what is there in its place; else the panel. */
function replaceContent(element: HTMLElement, content: readonly Node[]): void {
  const focused = element.contains(document.activeElement) && document.activeElement !== element ? (document.activeElement as HTMLElement) : undefined;
  element.replaceChildren(...content);
  if (!focused) return;
  const keyOf = ({ dataset, title, textContent }: HTMLElement): string => dataset['key'] ?? `${title} ${textContent}`;
  const same = focused.isConnected ? focused : [...element.querySelectorAll<HTMLElement>('button, summary')].find((other) => keyOf(other) === keyOf(focused));
  (same ?? element).focus();
}

function whyBox({ why: { text, configKey }, precision, cast }: NodeDetails, events: DetailsEvents): HTMLElement {
  if (cast?.forcedBy) return forcedByBox(cast.forcedBy, events);
  return h('div', { class: `why ${cast ? 'cast' : (precision ?? 'gone')}` }, ...withConfigLink(text, configKey, events));
}

function whyTitle({ precision, cast }: NodeDetails): string {
  if (precision === undefined) return t('Why it is gone');
  return cast ? t('Why this Cast') : t('Why {0}', NAMES[precision]);
}

/** How far the output is off where this op alone is lowered. */
function errorList(errors: readonly OpError[]): HTMLElement {
  const text = (decibels: number): string => (Number.isFinite(decibels) ? t('output {0} dB over its error', decibels.toFixed(1)) : t('no error of the output'));
  return h('ul', { class: 'errors' }, ...errors.map(({ precision, decibels }) => h('li', {}, chip(precision), h('span', {}, `${NAMES[precision]}: ${text(decibels)}`))));
}

function changes({ changes: list }: NodeDetails, events: DetailsEvents): HTMLElement {
  if (list.length === 0) return h('p', { class: 'none' }, t('Nothing changed here so far'));
  return h('ol', { class: 'changes' }, ...list.map((change) => h('li', { class: change.phase }, changeTitle(change, events), h('span', {}, change.reason))));
}

function changeTitle({ phase, rule, snapshot, index }: NodeChange, events: DetailsEvents): HTMLElement {
  const title = `${PHASE_TITLES[phase]} · `;
  const link = h('button', { type: 'button', class: 'link', title: t('Show the graph just after this change'), onclick: () => events.goTo({ snapshot, change: index + 1 }) }, rule);
  return h('span', { class: 'kind' }, title, link);
}

function attributes({ attributes: list }: NodeDetails): HTMLElement {
  if (list.length === 0) return h('p', { class: 'none' }, t('No attributes'));
  return h('dl', {}, ...list.flatMap(({ name, value }) => [h('dt', {}, name), h('dd', {}, value)]));
}
