import type { DisplayNode } from '../protocol';
import { h, icon } from './dom';

export interface Search {
  readonly element: HTMLElement;
  open(): void;
  setNodes(nodes: readonly DisplayNode[]): void;
}

const MOST_RESULTS = 50;

/** Nodes whose op or name holds the text: first by op, then by the last part of the name, then the rest; at most `MOST_RESULTS`. */
export function find(nodes: readonly DisplayNode[], text: string): { readonly nodes: readonly number[]; readonly total: number } {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return { nodes: [], total: 0 };
  const byOp: number[] = [];
  const byName: number[] = [];
  const rest: number[] = [];
  nodes.forEach((node, index) => {
    const op = node.op.toLowerCase();
    const name = node.name.toLowerCase();
    if (op.startsWith(wanted)) byOp.push(index);
    else if (name.startsWith(wanted, name.lastIndexOf('/') + 1)) byName.push(index);
    else if (op.includes(wanted) || name.includes(wanted)) rest.push(index);
  });
  const found = [...byOp, ...byName, ...rest];
  return { nodes: found.slice(0, MOST_RESULTS), total: found.length };
}

/** The search box: type, move through the results with the arrow keys, Enter goes there, Escape closes. */
export function createSearch(go: (node: number) => void, close: () => void): Search {
  let nodes: readonly DisplayNode[] = [];
  let results: readonly number[] = [];
  let active = 0;
  const input = h('input', { type: 'text', placeholder: 'Find op or name', role: 'combobox', 'aria-label': 'Find nodes by op or name', 'aria-controls': 'results', 'aria-expanded': 'false', spellcheck: 'false' });
  const list = h('ul', { id: 'results', role: 'listbox', 'aria-label': 'Found nodes' });
  const count = h('p', { class: 'none', role: 'status' });
  const panel = h('div', { class: 'results', hidden: true }, list, count);
  const hint = h('kbd', {}, '/');
  const element = h('div', { class: 'search', role: 'search' }, icon('search'), input, hint, panel);

  const choose = (node: number): void => {
    shut();
    go(node);
  };
  const shut = (): void => {
    panel.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const render = (): void => {
    const found = find(nodes, input.value);
    results = found.nodes;
    active = Math.min(active, Math.max(0, results.length - 1));
    list.replaceChildren(
      ...results.map((node, index) => {
        const { op, name } = nodes[node]!;
        const option = h('li', { id: `result-${index}`, role: 'option', 'aria-selected': String(index === active) }, h('b', {}, op), h('span', {}, name));
        option.addEventListener('mousedown', (event) => {
          event.preventDefault();
          choose(node);
        });
        return option;
      }),
    );
    panel.hidden = input.value.trim() === '';
    count.textContent = found.total > results.length ? `${results.length} of ${found.total.toLocaleString('en')}` : found.total === 0 ? 'Nothing found' : '';
    input.setAttribute('aria-expanded', String(!panel.hidden));
    if (results.length > 0) input.setAttribute('aria-activedescendant', `result-${active}`);
    list.children[active]?.scrollIntoView({ block: 'nearest' });
  };
  input.addEventListener('input', () => {
    active = 0;
    render();
  });
  input.addEventListener('focus', render);
  input.addEventListener('blur', shut);
  input.addEventListener('keydown', (event) => {
    event.stopPropagation();
    const node = results[active];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      active = Math.max(0, Math.min(results.length - 1, active + (event.key === 'ArrowDown' ? 1 : -1)));
      render();
    } else if (event.key === 'Enter' && node !== undefined) choose(node);
    else if (event.key === 'Escape') close();
  });
  return {
    element,
    open() {
      input.focus();
      input.select();
    },
    setNodes(list) {
      nodes = list;
      input.value = '';
    },
  };
}
