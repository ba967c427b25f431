import { broadcast, either } from './dimensions';
import type { ShapeRule } from './operation';
import type { PartialShape } from '../../../graph/attribute';

const ELLIPSIS = '...';

/** EinsumShape (common_shape_fns.cc): a size for every label, and what the ellipses of the operands broadcast to. */
export const einsum: ShapeRule = (operation) => {
  const [left, right] = operation.string('equation', '').replaceAll(' ', '').split('->');
  if (left === undefined || right === undefined) return [];
  const sizes = new Map<string, number>();
  let ellipsis: PartialShape = [];
  left.split(',').forEach((term, input) => {
    const [before, after] = term.split(ELLIPSIS) as [string, string | undefined];
    const shape = operation.shape(input);
    const note = (label: string, size: number | undefined): void => void sizes.set(label, either(sizes.get(label), size));
    [...before].forEach((label, axis) => note(label, shape?.[axis]));
    if (after === undefined) return;
    [...after].forEach((label, axis) => note(label, shape?.[shape.length - after.length + axis]));
    ellipsis = broadcast(ellipsis, shape?.slice(before.length, shape.length - after.length));
  });
  const [before, after] = right.split(ELLIPSIS) as [string, string | undefined];
  const sizesOf = (labels: string): number[] => [...labels].map((label) => sizes.get(label) ?? -1);
  if (after === undefined) return [sizesOf(before)];
  return [ellipsis === undefined ? undefined : [...sizesOf(before), ...ellipsis, ...sizesOf(after)]];
};
