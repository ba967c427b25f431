import type { GraphTables } from '../../protocol';
import { boundariesOf, type Boundary } from '../boundary';
import type { Moment } from '../moment';
import type { MarkFilter } from './query';

export interface FoundBoundary extends Boundary {
  /** All edges it stands on; `edge` is the first. */
  readonly edges: readonly number[];
}

/**
 * Boundaries at nodes with a 1 in `hits`, in the order of the edges: each Cast once, however many edges it serves; Quantize
 * and Dequantize of an edge as one. Linear in the marks.
 */
export function findBoundaries({ edges }: GraphTables, { marks }: Moment, { onlyCasts, folded }: MarkFilter, hits: Uint8Array): readonly FoundBoundary[] {
  const found = new Map<string, Boundary & { readonly edges: number[] }>();
  for (const mark of marks) {
    if (mark.folded !== folded || (onlyCasts && mark.kind !== 'cast')) continue;
    if (hits[edges.source[mark.edge]!] === 0 && hits[edges.target[mark.edge]!] === 0) continue;
    for (const boundary of boundariesOf(mark)) {
      const known = found.get(boundary.id);
      if (known) known.edges.push(mark.edge);
      else found.set(boundary.id, { ...boundary, edges: [mark.edge] });
    }
  }
  return [...found.values()];
}
