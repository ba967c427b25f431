import type { GraphTables } from '../../protocol';
import { PRECISIONS, textAt } from '../../tables';
import { t } from '../../l10n';
import { chip } from '../detailParts';
import { h } from '../dom';
import { describeMark, describeNode, opAt } from '../describe';
import type { Moment } from '../moment';
import type { Found, Results } from './find';
import type { Boundary } from './findBoundaries';

/** What a result leads to. */
export type Result = { readonly node: number } | { readonly boundary: string };

export function resultAt(found: Found, index: number): Result | undefined {
  if (found.kind === 'nodes' && index < found.nodes.length) return { node: found.nodes[index]! };
  if (found.kind === 'boundaries' && index < found.boundaries.length) return { boundary: found.boundaries[index]!.id };
  return undefined;
}

/** Where a result stands among those found now; -1 if it is none of them. */
export function indexOfResult(found: Found, result: Result | undefined): number {
  if (result === undefined) return -1;
  if ('node' in result) return found.kind === 'nodes' ? found.nodes.indexOf(result.node) : -1;
  return found.kind === 'boundaries' ? found.boundaries.findIndex(({ id }) => id === result.boundary) : -1;
}

/** Nodes to make out in the picture: those found, or both ends of the Casts found. */
export function highlighted({ edges }: GraphTables, found: Found): Int32Array | undefined {
  if (found.kind === 'nodes') return found.nodes;
  if (found.kind !== 'boundaries') return undefined;
  return Int32Array.from(found.boundaries.flatMap(({ edge }) => [edges.source[edge]!, edges.target[edge]!]));
}

/** A result of the list; its precision is said as well, not only drawn. */
export function resultRow(graph: GraphTables, moment: Moment, results: Results, index: number): HTMLElement {
  return results.kind === 'nodes' ? nodeRow(graph, moment, results.nodes[index]!) : boundaryRow(graph, results.boundaries[index]!);
}

function nodeRow(graph: GraphTables, moment: Moment, node: number): HTMLElement {
  const { nodes } = graph;
  return h('li', { 'aria-label': describeNode(graph, moment, node) }, chip(PRECISIONS[moment.precision[node]!]), h('b', {}, opAt(nodes, moment, node)), name(textAt(nodes.names, node)));
}

function boundaryRow({ nodes, edges }: GraphTables, boundary: Boundary): HTMLElement {
  const { kind, folded, label, edge } = boundary;
  const [source, target] = [edges.source, edges.target].map((ends) => textAt(nodes.names, ends[edge]!)) as [string, string];
  const others = boundary.edges > 1 ? t('and {0} more', boundary.edges - 1) : undefined;
  const end = (word: string, text: string, more?: string): HTMLElement => h('span', { class: 'end' }, h('i', {}, word), name(text), more);
  return h(
    'li',
    { 'aria-label': [t('{0} from {1} to {2}', describeMark(boundary), source, target), others].filter(Boolean).join(' ') },
    h('span', { class: `pill ${kind}${folded ? ' folded' : ''}` }, label),
    end(t('from'), source),
    end(t('to'), target, others),
  );
}

/** Cut in the middle where it is too long: its last part tells more than the scopes. */
function name(text: string): HTMLElement {
  const last = text.lastIndexOf('/') + 1;
  return h('span', { class: 'name', title: text }, h('span', {}, text.slice(0, last)), h('span', {}, text.slice(last)));
}
