import type { GraphTables, ToGraph } from '../../../webview/protocol';
import css from '../../../webview/graph/graph.css';
import { countMixes } from '../../../webview/graph/canvas/mixes';
import { h } from '../../../webview/graph/dom';
import { onKey, type KeyActions } from '../../../webview/graph/keyMap';
import { createKeySheet } from '../../../webview/graph/keySheet';
import { buildGroups } from '../../../webview/graph/layout/hierarchy';
import { momentAt } from '../../../webview/graph/moment';
import { createSearchBox } from '../../../webview/graph/search/searchBox';
import type { Tree } from '../../../webview/graph/tree';
import { createStage } from '../../../webview/graph/stage';

/** The search box, the sheet of keys and the tree around an empty canvas; what they ask for is written down in `window.asked`. */
declare global {
  interface Window {
    asked: unknown[];
    tree: Tree;
    /** Shows the graph with these groups, by label, collapsed. */
    collapse: (labels: readonly string[]) => void;
  }
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets = [sheet];
window.asked = [];
const ask = (...what: unknown[]): number => window.asked.push(JSON.parse(JSON.stringify(what, (_, value: unknown) => (ArrayBuffer.isView(value) ? [...(value as Int32Array)] : value))));

const { element: stage, tree, live } = createStage((target) => ask('press', target));
window.tree = tree;
const box = createSearchBox({
  go(result) {
    ask('go', result);
    stage.focus();
  },
  highlight: (nodes) => ask('highlight', nodes),
  closed() {
    ask('closed');
    stage.focus();
  },
});
const keys = createKeySheet();
const main = h('main', {}, stage, box.element);
main.style.gridArea = '1 / 1 / -1 / -1';
document.getElementById('app')!.append(main, keys.element, live);

const done: Partial<KeyActions> = {
  search: () => box.open(),
  resultBy: (by) => box.step(by),
  escape: () => ask('escape', box.clear()),
  help: () => keys.open(),
};
const actions = new Proxy({} as KeyActions, { get: (_, name: keyof KeyActions) => done[name] ?? ((...values: unknown[]) => ask(name, ...values)) });
stage.addEventListener('keydown', (event) => onKey(event, actions));

let graph: GraphTables | undefined;
let shown = 0;
window.collapse = (labels) => {
  const groups = buildGroups(graph!.nodes, graph!.edges);
  const moment = momentAt(graph!.snapshots, { snapshot: shown, change: Infinity });
  const expanded = Uint8Array.from(groups.labels, (label) => Number(!labels.includes(label)));
  tree.update({ tables: graph!, groups, expanded, moment, mixOf: countMixes(groups, graph!.edges, moment) });
  box.update(graph!, moment);
};
window.addEventListener('message', ({ data }: MessageEvent<ToGraph>) => {
  if (data.type === 'graph') graph = data.graph;
  else if (data.type === 'snapshots' && graph) graph = { ...graph, snapshots: [...graph.snapshots.slice(0, data.keep), ...data.added] };
  else return;
  shown = data.shown;
  window.collapse([]);
  stage.focus();
});
