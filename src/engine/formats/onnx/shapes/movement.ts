import { elementCount } from '../../../graph/tensor';
import type { PartialShape } from '../../../graph/attribute';
import { broadcast, fromFront, type Known, type Operation, type ShapeRule } from './operation';

/** A shape that integers say; those not known are -1. */
function said({ integers }: Known): number[] | undefined {
  return integers?.map((size) => size ?? -1);
}

const reshape: ShapeRule = (operation) => {
  const from = operation.shape(0);
  const sizes = said(operation.known(1)) ?? operation.ints('shape');
  if (sizes === undefined) return [undefined];
  const keepsZero = operation.int('allowzero', 0) === 1;
  const given = sizes.map((size, axis) => (size === 0 && !keepsZero ? from?.[axis] ?? -1 : size));
  const open = given.filter((size) => size < 0);
  const isWhole = from !== undefined && from.every((size) => size >= 0) && open.length === 1;
  const rest = isWhole ? elementCount(from) / elementCount(given.filter((size) => size >= 0)) : -1;
  return [given.map((size) => (size < 0 ? (Number.isInteger(rest) ? rest : -1) : size))];
};

const flatten: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  if (shape === undefined) return [undefined];
  const axis = fromFront(operation.int('axis', 1), shape.length);
  const product = (sizes: readonly number[]): number => (sizes.some((size) => size < 0) ? -1 : elementCount(sizes));
  return [[product(shape.slice(0, axis)), product(shape.slice(axis))]];
};

const transpose: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const order = operation.ints('perm') ?? shape?.map((_, axis) => shape.length - 1 - axis);
  return [shape === undefined || order?.length !== shape.length ? undefined : order.map((axis) => shape[axis] ?? -1)];
};

const unsqueeze: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const axes = operation.list('axes', 1);
  if (shape === undefined || axes === undefined) return [undefined];
  const rank = shape.length + axes.length;
  const added = new Set(axes.map((axis) => fromFront(axis, rank)));
  const old = [...shape];
  return [Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : old.shift() ?? -1))];
};

const squeeze: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const axes = operation.list('axes', 1);
  if (shape === undefined || (axes === undefined && (operation.has(1) || shape.includes(-1)))) return [undefined];
  const dropped = axes === undefined ? undefined : new Set(axes.map((axis) => fromFront(axis, shape.length)));
  return [shape.filter((size, axis) => (dropped === undefined ? size !== 1 : !dropped.has(axis)))];
};

const concat: ShapeRule = (operation) => {
  const shapes = operation.shapes();
  const [first] = shapes;
  if (first === undefined || shapes.some((shape) => shape?.length !== first.length)) return [undefined];
  const axis = fromFront(operation.int('axis', 1), first.length);
  const along = shapes.map((shape) => shape![axis]!);
  return [first.map((size, index) => (index !== axis ? Math.max(...shapes.map((shape) => shape![index]!)) : along.some((one) => one < 0) ? -1 : along.reduce((sum, one) => sum + one, 0)))];
};

const gather: ShapeRule = (operation) => {
  const [data, indices] = [operation.shape(0), operation.shape(1)];
  if (data === undefined || indices === undefined) return [undefined];
  const axis = fromFront(operation.int('axis', 0), data.length);
  return [[...data.slice(0, axis), ...indices, ...data.slice(axis + 1)]];
};

const split: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  if (shape === undefined) return [];
  const axis = fromFront(operation.int('axis', 0), shape.length);
  const whole = shape[axis]!;
  const part = Math.ceil(whole / operation.outputs);
  if (operation.has(1) && operation.list('split', 1) === undefined) return Array.from({ length: operation.outputs }, () => shape.map((size, index) => (index === axis ? -1 : size)));
  const sizes = operation.list('split', 1) ?? Array.from({ length: operation.outputs }, (_, index) => (whole < 0 ? -1 : Math.min(part, whole - index * part)));
  return sizes.map((size) => shape.map((old, index) => (index === axis ? size : old)));
};

const slice: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const [starts, ends] = [operation.list('starts', 1), operation.list('ends', 2)];
  const axes = operation.list('axes', 3) ?? (operation.has(3) ? undefined : starts?.map((_, index) => index));
  const steps = operation.list('steps', 4) ?? (operation.has(4) ? undefined : starts?.map(() => 1));
  if (shape === undefined) return [undefined];
  if (starts === undefined || ends === undefined || axes === undefined || steps === undefined) return [shape.map(() => -1)];
  const sizes = [...shape];
  axes.forEach((given, index) => {
    const axis = fromFront(given, shape.length);
    const size = shape[axis] ?? -1;
    const step = steps[index]!;
    const clamp = (at: number): number => Math.min(Math.max(at < 0 ? at + size : at, step < 0 ? -1 : 0), step < 0 ? size - 1 : size);
    sizes[axis] = size < 0 ? -1 : Math.max(0, Math.ceil((clamp(ends[index]!) - clamp(starts[index]!)) / step));
  });
  return [sizes];
};

const pad: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const pads = operation.list('pads', 1);
  if (shape === undefined || pads?.length !== 2 * shape.length) return [shape?.map(() => -1)];
  return [shape.map((size, axis) => (size < 0 ? -1 : size + pads[axis]! + pads[axis + shape.length]!))];
};

const resize: ShapeRule = (operation) => {
  const shape = operation.shape(0);
  const sizes = said(operation.known(3));
  return [sizes !== undefined && sizes.length === shape?.length ? sizes : shape?.map((size, axis) => (axis === 0 ? size : -1))];
};

const filled = (slot: number): ShapeRule => (operation) => [said(operation.known(slot))];

function blocks(operation: Operation, direction: 1 | -1): readonly PartialShape[] {
  const shape = operation.shape(0);
  const block = operation.int('blocksize', 1);
  if (shape?.length !== 4) return [undefined];
  const scale = (size: number, by: number): number => (size < 0 ? -1 : size * by);
  return [shape.map((size, axis) => (axis === 0 ? size : axis === 1 ? scale(size, block ** (-2 * direction)) : scale(size, block ** direction)))];
}

/** Shapes of ops that move elements, and of those that make a shape or fill one (onnx/defs/tensor). */
export const movement: Readonly<Record<string, ShapeRule>> = {
  Reshape: reshape, Flatten: flatten, Transpose: transpose, Unsqueeze: unsqueeze, Squeeze: squeeze, Concat: concat, Gather: gather, Split: split,
  Slice: slice, Pad: pad, Resize: resize, ConstantOfShape: filled(0),
  Expand: (operation) => [broadcast(operation.shape(0), said(operation.known(1)))],
  GatherElements: (operation) => [operation.shape(1)],
  Shape: (operation) => [operation.shape(0) === undefined ? [-1] : [operation.shape(0)!.length]],
  Size: () => [[]],
  Range: () => [[-1]],
  DepthToSpace: (operation) => blocks(operation, 1),
  SpaceToDepth: (operation) => blocks(operation, -1),
};
