import type { GraphTables, GraphView, NodeChange, NodeDetails, Precision } from '../protocol';
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
  showNode(details: NodeDetails): void;
  showGroup(graph: GraphTables, groups: Groups, moment: Moment, group: number, isExpanded: boolean): void;
  showModel(graph: GraphView | GraphTables, shown: number): void;
}

/** The panel at the right: the selected node or group, or the model where nothing is selected. `transitions` is part of the model's. */
export function createDetails(events: DetailsEvents, transitions?: HTMLElement): DetailsPanel {
  const element = h('section', { class: 'details', 'aria-label': t('Details'), tabindex: '-1' });
  const head = ({ op, name, sourceName, cast }: Pick<NodeDetails, 'op' | 'name' | 'sourceName' | 'cast'>, precision: Precision | undefined): HTMLElement[] => [
    ...headOf(op, name, events),
    ...(sourceName === undefined ? [] : [h('p', { class: 'path' }, t('{0} in the opened model', sourceName))]),
    cast && precision !== undefined ? castRow(cast) : h('p', { class: 'row' }, chip(precision), precision === undefined ? t('Not in the graph any more') : NAMES[precision]),
  ];
  let group: number | undefined;
  return {
    element,
    showHead(node, precision) {
      group = undefined;
      element.replaceChildren(...head(node, precision));
      element.scrollTop = 0;
    },
    showNode(details) {
      group = undefined;
      const scale = largestMagnitude([...details.inputs, ...details.outputs]);
      element.replaceChildren(
        ...head(details, details.precision),
        section(whyTitle(details), whyBox(details, events)),
        section(t('Inputs'), valueList(details.inputs, t('No inputs'), scale, events)),
        section(t('Outputs'), valueList(details.outputs, t('No outputs'), scale, events)),
        section(t('Changes'), changes(details, events)),
        section(t('Attributes'), attributes(details)),
      );
    },
    showGroup(graph, groups, moment, shown, isExpanded) {
      const focused = document.activeElement?.classList.contains('toggleGroup') ?? false;
      element.replaceChildren(...groupContent(graph, groups, moment, shown, isExpanded, events));
      if (shown !== group) element.scrollTop = 0;
      else if (focused) element.querySelector<HTMLElement>('.toggleGroup')?.focus();
      group = shown;
    },
    showModel(graph, shown) {
      group = undefined;
      element.replaceChildren(...modelContent(graph, shown, transitions));
    },
  };
}

function whyBox({ why: { text, configKey }, precision, cast }: NodeDetails, events: DetailsEvents): HTMLElement {
  if (cast?.forcedBy) return forcedByBox(cast.forcedBy, events);
  return h('div', { class: `why ${cast ? 'cast' : (precision ?? 'gone')}` }, ...withConfigLink(text, configKey, events));
}

function whyTitle({ precision, cast }: NodeDetails): string {
  if (precision === undefined) return t('Why it is gone');
  return cast ? t('Why this Cast') : t('Why {0}', NAMES[precision]);
}

function changes({ changes: list }: NodeDetails, events: DetailsEvents): HTMLElement {
  if (list.length === 0) return h('p', { class: 'none' }, t('Nothing changed here so far'));
  return h('ol', { class: 'changes' }, ...list.map((change) => h('li', { class: change.phase }, changeTitle(change, events), h('span', {}, change.reason))));
}

function changeTitle({ phase, rule, snapshot, index }: NodeChange, events: DetailsEvents): HTMLElement {
  const title = `${t(PHASE_TITLES[phase])} · `;
  if (!events.goTo) return h('span', { class: 'kind' }, title, rule);
  const link = h('button', { type: 'button', class: 'link', title: t('Show the graph just after this change'), onclick: () => events.goTo!({ snapshot, change: index + 1 }) }, rule);
  return h('span', { class: 'kind' }, title, link);
}

function attributes({ attributes: list }: NodeDetails): HTMLElement {
  if (list.length === 0) return h('p', { class: 'none' }, t('No attributes'));
  return h('dl', {}, ...list.flatMap(({ name, value }) => [h('dt', {}, name), h('dd', {}, value)]));
}
