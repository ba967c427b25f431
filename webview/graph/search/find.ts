import type { GraphTables } from '../../protocol';
import type { Moment } from '../moment';
import { findBoundaries, type FoundBoundary } from './findBoundaries';
import { matchNodes, orderNodes } from './findNodes';
import { parseQuery, QueryError } from './query';

export type Results = { readonly kind: 'nodes'; readonly nodes: Int32Array } | { readonly kind: 'boundaries'; readonly boundaries: readonly FoundBoundary[] };

export type Found =
  | Results
  /** The query asks for nothing. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'faulty'; readonly message: string };

/** What a query means of the graph as it looks at a moment. Linear in the graph; reads the names once for all queries. */
export function find(graph: GraphTables, moment: Moment, text: string): Found {
  try {
    const { terms, marks } = parseQuery(text);
    if (terms.length === 0 && marks === undefined) return { kind: 'nothing' };
    const hits = matchNodes(graph, moment, terms);
    if (marks) return { kind: 'boundaries', boundaries: findBoundaries(graph, moment, marks, hits) };
    return { kind: 'nodes', nodes: orderNodes(graph, moment, terms, hits) };
  } catch (error) {
    if (error instanceof QueryError) return { kind: 'faulty', message: error.message };
    throw error;
  }
}

export function countFound(found: Found): number {
  if (found.kind === 'nodes') return found.nodes.length;
  return found.kind === 'boundaries' ? found.boundaries.length : 0;
}
