import type { GraphTables, ToGraph } from '../../../webview/protocol';
import css from '../../../webview/graph/graph.css';
import { h } from '../../../webview/graph/dom';
import { onKey, type KeyActions } from '../../../webview/graph/keyMap';
import { createKeySheet } from '../../../webview/graph/keySheet';
import { momentAt } from '../../../webview/graph/moment';
import { createSearchBox } from '../../../webview/graph/search/searchBox';

/** The search box and the sheet of keys around an empty stage; what they ask for is written down in `window.asked`. */
declare global {
  interface Window {
    asked: unknown[];
  }
}

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
document.adoptedStyleSheets = [sheet];
window.asked = [];
const ask = (...what: unknown[]): number => window.asked.push(JSON.parse(JSON.stringify(what, (_, value: unknown) => (ArrayBuffer.isView(value) ? [...(value as Int32Array)] : value))));

const stage = h('div', { class: 'stage', tabindex: '0', 'aria-label': 'Stage' });
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
document.getElementById('app')!.append(main, keys.element);

const done: Partial<KeyActions> = {
  search: () => box.open(),
  resultBy: (by) => box.step(by),
  escape: () => ask('escape', box.clear()),
  help: () => keys.open(),
};
const actions = new Proxy({} as KeyActions, { get: (_, name: keyof KeyActions) => done[name] ?? ((...values: unknown[]) => ask(name, ...values)) });
stage.addEventListener('keydown', (event) => onKey(event, actions));

let graph: GraphTables | undefined;
window.addEventListener('message', ({ data }: MessageEvent<ToGraph>) => {
  if (data.type === 'graph') graph = data.graph;
  else if (data.type === 'snapshots' && graph) graph = { ...graph, snapshots: [...graph.snapshots.slice(0, data.keep), ...data.added] };
  else return;
  box.update(graph, momentAt(graph.snapshots, { snapshot: data.shown, change: Infinity }));
  stage.focus();
});
