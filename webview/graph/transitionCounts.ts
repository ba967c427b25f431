import type { EdgeTable, GraphTables } from '../protocol';
import { GONE, PRECISIONS } from '../tables';
import type { Moment } from './moment';

/** Bytes of an element by precision; that of `other` depends on its type. */
const SIZES: readonly number[] = [4, 2, 1, NaN];
const SIDE = PRECISIONS.length;

/** Edges from ops of one precision to ops of another. */
export interface Transition {
  readonly edges: number;
  /** Casts on them; one for several edges counts once. */
  readonly casts: number;
  /** What flows over the edges of known size. */
  readonly bytes: number;
  /** Edges of unknown size. */
  readonly unsized: number;
}

/** All transitions of a moment: from precision p to precision q is number `p * 4 + q`. Linear in edges and marks. */
export function countTransitions({ edges }: Pick<GraphTables, 'edges'>, { precision, marks }: Moment): readonly Transition[] {
  const transitions = Array.from({ length: SIDE * SIDE }, () => ({ edges: 0, bytes: 0, unsized: 0, casts: new Set<string>() }));
  for (let edge = 0; edge < edges.count; edge++) {
    const transition = transitions[transitionOf(edges, precision, edge)];
    if (!transition) continue;
    transition.edges++;
    const bytes = edges.elements[edge]! * SIZES[precision[edges.source[edge]!]!]!;
    if (Number.isNaN(bytes)) transition.unsized++;
    else transition.bytes += bytes;
  }
  for (const mark of marks) {
    if (mark.kind !== 'cast' || mark.folded) continue;
    const transition = transitions[transitionOf(edges, precision, mark.edge)];
    if (transition) for (const id of mark.ids) transition.casts.add(id);
  }
  return transitions.map(({ casts, ...rest }) => ({ ...rest, casts: casts.size }));
}

/** -1 where an end is not in the graph any more. */
function transitionOf({ source, target }: EdgeTable, precision: Uint8Array, edge: number): number {
  const from = precision[source[edge]!]!;
  const to = precision[target[edge]!]!;
  return from === GONE || to === GONE ? -1 : from * SIDE + to;
}

/** The edges of a transition, and the nodes at their ends. Linear. */
export function edgesOfTransition({ edges }: Pick<GraphTables, 'edges'>, { precision }: Moment, transition: number): { edges: Int32Array; nodes: Int32Array } {
  const found: number[] = [];
  const ends = new Uint8Array(precision.length);
  for (let edge = 0; edge < edges.count; edge++) {
    if (transitionOf(edges, precision, edge) !== transition) continue;
    found.push(edge);
    ends[edges.source[edge]!] = ends[edges.target[edge]!] = 1;
  }
  return { edges: Int32Array.from(found), nodes: indicesOf(ends, 1) };
}

/** Nodes of the picture by precision; those gone are not counted. Linear. */
export function countPrecisions({ precision }: Moment): readonly number[] {
  const counts = PRECISIONS.map(() => 0);
  for (const code of precision) if (code !== GONE) counts[code]!++;
  return counts;
}

export function nodesOfPrecision({ precision }: Moment, code: number): Int32Array {
  return indicesOf(precision, code);
}

function indicesOf(values: Uint8Array, wanted: number): Int32Array {
  const found: number[] = [];
  values.forEach((value, index) => value === wanted && found.push(index));
  return Int32Array.from(found);
}
