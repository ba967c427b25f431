import type { DisplayNode, GraphView, NodeDetails, Precision, ValueDetails } from '../protocol';
import { button, h, path } from './dom';
import { LETTERS, NAMES, PHASE_TITLES, plural, STEPS } from './precision';
import { mixBar } from './phaseBar';

export interface DetailsEvents {
  jump(id: string): void;
  openConfigKey(key: string): void;
  close(): void;
}

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
  const head = ({ op, name }: { readonly op: string; readonly name: string }, precision: Precision | undefined): HTMLElement[] => [
    h('div', { class: 'head' }, h('h2', {}, op), button('Close', 'close', () => events.close(), true)),
    h('p', { class: 'path' }, ...path(name)),
    h('p', { class: 'row' }, chip(precision), precision === undefined ? 'Not in the graph any more' : NAMES[precision]),
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
        section(precision === undefined ? 'Why it is gone' : `Why ${NAMES[precision]}`, why(details, events)),
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
      element.replaceChildren(
        h('div', { class: 'head' }, h('h2', {}, graph.model.name)),
        h('p', { class: 'path' }, `${graph.model.format}, ${plural(graph.nodes.length, 'op')}`),
        section('Precision', mixBar(snapshot), h('table', {}, h('thead', {}, header), h('tbody', {}, ...rows))),
        h('p', { class: 'hint' }, 'Select a node to see why it has its precision.'),
      );
    },
  };
}

export function chip(precision: Precision | undefined): HTMLElement {
  return h('span', { class: `chip ${precision ?? 'gone'}`, 'aria-hidden': 'true' }, precision === undefined ? '×' : LETTERS[precision]);
}

/** The sentence, with the section of the config that decided as a link; one the sentence does not name gets a link of its own. */
function why({ why: { text, configKey }, precision }: NodeDetails, events: DetailsEvents): HTMLElement {
  const box = h('div', { class: `why ${precision ?? 'gone'}` });
  if (configKey === undefined) {
    box.append(text);
    return box;
  }
  const section = configKey.split('.')[0]!;
  const link = h('button', { type: 'button', class: 'link', title: `Show ${configKey} in the config`, onclick: () => events.openConfigKey(configKey) }, section);
  const at = text.indexOf(section);
  if (at < 0) box.append(text, ' ', link);
  else box.append(text.slice(0, at), link, text.slice(at + section.length));
  return box;
}

function values(list: readonly ValueDetails[], none: string, events: DetailsEvents): HTMLElement {
  if (list.length === 0) return h('p', { class: 'none' }, none);
  return h(
    'ul',
    { class: 'values' },
    ...list.map(({ name, node, dtype, shape, range, constant }) => {
      const label = node === undefined ? h('span', { class: 'name' }, ...path(name)) : h('button', { type: 'button', class: 'link name', title: `Go to ${name}`, onclick: () => events.jump(node) }, ...path(name));
      const kind = constant ?? (shape === UNKNOWN ? dtype : `${dtype} ${shape}`);
      return h('li', {}, label, h('span', { class: 'kind' }, kind), range === undefined ? undefined : h('span', { class: 'kind' }, `range ${range}`));
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

