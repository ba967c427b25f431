import type { DisplayNode, GraphView, NodeDetails, Precision, ValueDetails } from '../protocol';
import { boundSentence } from './castCount';
import { boundaryPills, castRow, forcedByBox } from './castWhy';
import { chip, nameLink, withConfigLink, type DetailsEvents } from './detailParts';
import { button, h, path } from './dom';
import { NAMES, PHASE_TITLES, plural, STEPS } from './precision';
import { mixBar } from './phaseBar';

export interface DetailsPanel {
  readonly element: HTMLElement;
  /** What the picture knows of a node, until its details arrive. */
  showHead(node: DisplayNode, precision: Precision | undefined): void;
  showNode(details: NodeDetails): void;
  showModel(graph: GraphView, shown: number): void;
}

/** Shape of a value nobody knows. */
const UNKNOWN = '?';

/** The panel at the right: the selected node, or the model where nothing is selected. */
export function createDetails(events: DetailsEvents): DetailsPanel {
  const element = h('section', { class: 'details', 'aria-label': 'Details', tabindex: '-1' });
  const section = (title: string, ...content: readonly (Node | undefined)[]): HTMLElement => h('section', {}, h('h3', {}, title), ...content);
  const head = ({ op, name, cast }: Pick<NodeDetails, 'op' | 'name' | 'cast'>, precision: Precision | undefined): HTMLElement[] => [
    h('div', { class: 'head' }, h('h2', {}, op), button('Close', 'close', () => events.close(), true)),
    h('p', { class: 'path' }, ...path(name)),
    cast && precision !== undefined ? castRow(cast) : h('p', { class: 'row' }, chip(precision), precision === undefined ? 'Not in the graph any more' : NAMES[precision]),
  ];
  return {
    element,
    showHead(node, precision) {
      element.replaceChildren(...head(node, precision));
      element.scrollTop = 0;
    },
    showNode(details) {
      const { precision } = details;
      element.replaceChildren(
        ...head(details, precision),
        section(whyTitle(details), whyBox(details, events)),
        section('Inputs', values(details.inputs, 'No inputs', events)),
        section('Outputs', values(details.outputs, 'No outputs', events)),
        section('Changes', changes(details)),
        section('Attributes', attributes(details)),
      );
    },
    showModel(graph, shown) {
      const rows = graph.snapshots.map((snapshot, index) =>
        h(
          'tr',
          index === shown ? { class: 'current' } : {},
          h('th', { scope: 'row' }, STEPS[index] ?? ''),
          ...(['fp32', 'bf16', 'int8'] as const).map((precision) => h('td', {}, snapshot.counts[precision].toLocaleString('en'))),
          h('td', {}, String(snapshot.casts)),
        ),
      );
      const header = h('tr', {}, h('td', {}), ...(['fp32', 'bf16', 'int8'] as const).map((precision) => h('th', { scope: 'col', title: NAMES[precision] }, chip(precision))), h('th', { scope: 'col' }, 'Casts'));
      const snapshot = graph.snapshots[shown];
      const bound = snapshot && boundSentence(snapshot);
      element.replaceChildren(
        h('div', { class: 'head' }, h('h2', {}, graph.model.name)),
        h('p', { class: 'path' }, `${graph.model.format}, ${plural(graph.nodes.length, 'op')}`),
        section('Precision', mixBar(snapshot), h('table', {}, h('thead', {}, header), h('tbody', {}, ...rows)), bound === undefined ? undefined : h('p', { class: 'bound' }, bound)),
        h('p', { class: 'hint' }, 'Select a node to see why it has its precision.'),
      );
    },
  };
}

function whyBox({ why: { text, configKey }, precision, cast }: NodeDetails, events: DetailsEvents): HTMLElement {
  if (cast?.forcedBy) return forcedByBox(cast.forcedBy, events);
  return h('div', { class: `why ${cast ? 'cast' : (precision ?? 'gone')}` }, ...withConfigLink(text, configKey, events));
}

function whyTitle({ precision, cast }: NodeDetails): string {
  if (precision === undefined) return 'Why it is gone';
  return cast ? 'Why this Cast' : `Why ${NAMES[precision]}`;
}

function values(list: readonly ValueDetails[], none: string, events: DetailsEvents): HTMLElement {
  if (list.length === 0) return h('p', { class: 'none' }, none);
  return h(
    'ul',
    { class: 'values' },
    ...list.map(({ name, node, through = [], dtype, shape, range, constant }) => {
      const kind = constant ?? (shape === UNKNOWN ? dtype : `${dtype} ${shape}`);
      return h('li', {}, nameLink(name, node, events), h('span', { class: 'kind' }, ...boundaryPills(through, events), kind), range === undefined ? undefined : h('span', { class: 'kind' }, `range ${range}`));
    }),
  );
}

function changes({ changes: list }: NodeDetails): HTMLElement {
  if (list.length === 0) return h('p', { class: 'none' }, 'Nothing changed here so far');
  return h('ol', { class: 'changes' }, ...list.map(({ phase, rule, reason }) => h('li', { class: phase }, h('span', { class: 'kind' }, `${PHASE_TITLES[phase]} · ${rule}`), h('span', {}, reason))));
}

function attributes({ attributes: list }: NodeDetails): HTMLElement {
  if (list.length === 0) return h('p', { class: 'none' }, 'No attributes');
  return h('dl', {}, ...list.flatMap(({ name, value }) => [h('dt', {}, name), h('dd', {}, value)]));
}

