import type { GraphTables } from '../../protocol';
import { PRECISIONS, textAt } from '../../tables';
import { t } from '../../l10n';
import { chip } from '../detailParts';
import { h } from '../dom';
import { describeBoundary, describeNode, opAt } from '../describe';
import type { Moment } from '../moment';
import type { Found, Results } from './find';
import type { FoundBoundary } from './findBoundaries';

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

/** What to make out in the picture: the nodes found, or the edges of the Casts found. */
export interface Highlighted {
  readonly nodes: Int32Array;
  readonly edges: Int32Array;
}

export function highlighted(results: Results): Highlighted {
  if (results.kind === 'nodes') return { nodes: results.nodes, edges: new Int32Array() };
  return { nodes: new Int32Array(), edges: Int32Array.from(results.boundaries.flatMap(({ edges }) => edges)) };
}

/** A result of the list; its precision is said as well, not only drawn. */
export function resultRow(graph: GraphTables, moment: Moment, results: Results, index: number): HTMLElement {
  return results.kind === 'nodes' ? nodeRow(graph, moment, results.nodes[index]!) : boundaryRow(graph, results.boundaries[index]!);
}

function nodeRow(graph: GraphTables, moment: Moment, node: number): HTMLElement {
  const { nodes } = graph;
  return h('li', { 'aria-label': describeNode(graph, moment, node) }, chip(PRECISIONS[moment.precision[node]!]), h('b', {}, opAt(nodes, moment, node)), name(textAt(nodes.names, node)));
}

function boundaryRow(graph: GraphTables, boundary: FoundBoundary): HTMLElement {
  const { kind, folded, label, edge, edges } = boundary;
  const others = edges.length > 1 ? t('and {0} more', edges.length - 1) : undefined;
  const end = (word: string, ends: Int32Array, more?: string): HTMLElement => h('span', { class: 'end' }, h('i', {}, word), name(textAt(graph.nodes.names, ends[edge]!)), more);
  return h(
    'li',
    { 'aria-label': [describeBoundary(graph, boundary), others].filter(Boolean).join(' ') },
    h('span', { class: `pill ${kind}${folded ? ' folded' : ''}` }, label),
    end(t('from'), graph.edges.source),
    end(t('to'), graph.edges.target, others),
  );
}

/** Cut in the middle where it is too long: its last part tells more than the scopes. */
function name(text: string): HTMLElement {
  const last = text.lastIndexOf('/') + 1;
  return h('span', { class: 'name', title: text }, h('span', {}, text.slice(0, last)), h('span', {}, text.slice(last)));
}
