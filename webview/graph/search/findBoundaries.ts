import type { GraphTables } from '../../protocol';
import type { Mark, Moment } from '../moment';
import type { MarkFilter } from './query';

/** A Cast, or Quantize and Dequantize, that stands or stood on an edge. */
export interface Boundary {
  readonly id: string;
  readonly kind: Mark['kind'];
  readonly folded: boolean;
  /** `F→B` */
  readonly label: string;
  /** The first edge it is met on. */
  readonly edge: number;
  /** On how many edges it is met. */
  readonly edges: number;
}

/**
 * Boundaries at nodes with a 1 in `hits`, in the order of the edges: each Cast once, however many edges it serves; Quantize
 * and Dequantize of an edge as one. Linear in the marks.
 */
export function findBoundaries({ edges }: GraphTables, { marks }: Moment, { onlyCasts, folded }: MarkFilter, hits: Uint8Array): readonly Boundary[] {
  const found = new Map<string, Boundary>();
  for (const mark of marks) {
    if (mark.folded !== folded || (onlyCasts && mark.kind !== 'cast')) continue;
    if (hits[edges.source[mark.edge]!] === 0 && hits[edges.target[mark.edge]!] === 0) continue;
    for (const one of boundariesOf(mark)) {
      const known = found.get(one.id);
      found.set(one.id, known ? { ...known, edges: known.edges + 1 } : one);
    }
  }
  return [...found.values()];
}

/** Casts one after another have a mark together, such as `B→F→B`, of which each has its part. */
function boundariesOf({ edge, kind, folded, label, ids }: Mark): Boundary[] {
  const types = label.split('→');
  const parts = kind === 'cast' && types.length === ids.length + 1;
  return (kind === 'cast' ? ids : ids.slice(0, 1)).map((id, k) => ({ id, kind, folded, label: parts ? `${types[k]}→${types[k + 1]}` : label, edge, edges: 1 }));
}
