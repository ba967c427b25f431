import type { GraphTables, GraphView, NodeDetails, Precision, ValueDetails } from '../protocol';
import { t } from '../l10n';
import { boundaryPills, castRow, forcedByBox } from './castWhy';
import { chip, headOf, nameLink, section, withConfigLink, type DetailsEvents } from './detailParts';
import { h } from './dom';
import { groupContent } from './groupDetails';
import type { Groups } from './layout/picture';
import { modelContent } from './modelDetails';
import type { Moment } from './moment';
import { NAMES, PHASE_TITLES } from './precision';

export interface DetailsPanel {
  readonly element: HTMLElement;
  /** What the picture knows of a node, until its details arrive. */
  showHead(node: { readonly op: string; readonly name: string }, precision: Precision | undefined): void;
  showNode(details: NodeDetails): void;
  showGroup(graph: GraphTables, groups: Groups, moment: Moment, group: number, isExpanded: boolean): void;
  showModel(graph: GraphView | GraphTables, shown: number): void;
}

/** Shape of a value nobody knows. */
const UNKNOWN = '?';

/** The panel at the right: the selected node or group, or the model where nothing is selected. `transitions` is part of the model's. */
export function createDetails(events: DetailsEvents, transitions?: HTMLElement): DetailsPanel {
  const element = h('section', { class: 'details', 'aria-label': t('Details'), tabindex: '-1' });
  const head = ({ op, name, cast }: Pick<NodeDetails, 'op' | 'name' | 'cast'>, precision: Precision | undefined): HTMLElement[] => [
    ...headOf(op, name, events),
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
      element.replaceChildren(
        ...head(details, details.precision),
        section(whyTitle(details), whyBox(details, events)),
        section(t('Inputs'), values(details.inputs, t('No inputs'), events)),
        section(t('Outputs'), values(details.outputs, t('No outputs'), events)),
        section(t('Changes'), changes(details)),
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

function values(list: readonly ValueDetails[], none: string, events: DetailsEvents): HTMLElement {
  if (list.length === 0) return h('p', { class: 'none' }, none);
  return h(
    'ul',
    { class: 'values' },
    ...list.map(({ name, node, through = [], dtype, shape, range, constant }) => {
      const kind = constant ?? (shape === UNKNOWN ? dtype : `${dtype} ${shape}`);
      return h(
        'li',
        {},
        nameLink(name, node, events),
        h('span', { class: 'kind' }, ...boundaryPills(through, events), kind),
        range === undefined ? undefined : h('span', { class: 'kind' }, t('range {0}', range)),
      );
    }),
  );
}

function changes({ changes: list }: NodeDetails): HTMLElement {
  if (list.length === 0) return h('p', { class: 'none' }, t('Nothing changed here so far'));
  return h('ol', { class: 'changes' }, ...list.map(({ phase, rule, reason }) => h('li', { class: phase }, h('span', { class: 'kind' }, `${t(PHASE_TITLES[phase])} · ${rule}`), h('span', {}, reason))));
}

function attributes({ attributes: list }: NodeDetails): HTMLElement {
  if (list.length === 0) return h('p', { class: 'none' }, t('No attributes'));
  return h('dl', {}, ...list.flatMap(({ name, value }) => [h('dt', {}, name), h('dd', {}, value)]));
}
