import type { Mark } from './moment';

/** A Cast, or Quantize and Dequantize, that stands or stood on an edge. */
export interface Boundary {
  readonly id: string;
  readonly kind: Mark['kind'];
  readonly folded: boolean;
  /** `F→B` */
  readonly label: string;
  readonly edge: number;
}

/** Casts one after another have a mark together, such as `B→F→B`, of which each has its part; Quantize and Dequantize are one. */
export function boundariesOf({ edge, kind, folded, label, ids }: Mark): Boundary[] {
  if (kind === 'quantize') return [{ id: ids[0]!, kind, folded, label, edge }];
  const all = ids;
  const types = label.split('→');
  const haveParts = types.length === all.length + 1;
  return all.map((id, k) => ({ id, kind, folded, label: haveParts ? `${types[k]}→${types[k + 1]}` : label, edge }));
}
