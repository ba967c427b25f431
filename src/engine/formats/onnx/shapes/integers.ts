import { elementCount } from '../../../graph/tensor';
import { fromFront, type Operation } from './operation';

type Integers = readonly (number | undefined)[] | undefined;

/** Longer vectors are no shapes. */
export const LONGEST = 64;

const pairwise = (f: (x: number, y: number) => number) => (operation: Operation): Integers => {
  const [a, b] = [operation.known(0).integers, operation.known(1).integers];
  if (a === undefined || b === undefined || (a.length !== b.length && a.length !== 1 && b.length !== 1)) return undefined;
  const at = (values: NonNullable<Integers>, index: number): number | undefined => values[values.length === 1 ? 0 : index];
  return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => {
    const [x, y] = [at(a, index), at(b, index)];
    return x === undefined || y === undefined ? undefined : f(x, y);
  });
};

const same = (operation: Operation): Integers => operation.known(0).integers;

/** What exporters compute shapes with: the integers of a result, as far as they are known. */
const RULES: Readonly<Record<string, (operation: Operation) => Integers>> = {
  Shape: (operation) => {
    const shape = operation.shape(0)?.map((size) => (size < 0 ? undefined : size));
    return shape?.slice(operation.int('start', 0), operation.int('end', shape.length));
  },
  Size: (operation) => {
    const shape = operation.shape(0);
    return shape === undefined || shape.includes(-1) ? undefined : [elementCount(shape)];
  },
  Cast: same, Identity: same, Unsqueeze: same, Squeeze: same, Reshape: same,
  Add: pairwise((x, y) => x + y), Sub: pairwise((x, y) => x - y), Mul: pairwise((x, y) => x * y), Div: pairwise((x, y) => Math.trunc(x / y)),
  Gather: (operation) => {
    const [data, indices] = [operation.known(0).integers, operation.known(1).integers];
    return data === undefined || operation.shape(0)?.length !== 1 ? undefined : indices?.map((index) => (index === undefined ? undefined : data[fromFront(index, data.length)]));
  },
  Slice: (operation) => {
    const data = operation.known(0).integers;
    const [start] = operation.list('starts', 1) ?? [];
    const [end] = operation.list('ends', 2) ?? [];
    const [step] = operation.list('steps', 4) ?? [1];
    return start === undefined || end === undefined || step !== 1 || operation.shape(0)?.length !== 1 ? undefined : data?.slice(start, end);
  },
  Concat: (operation) => {
    const parts = operation.node.inputs.map((_, index) => operation.known(index).integers);
    return parts.includes(undefined) ? undefined : parts.flatMap((part) => part!);
  },
  ConstantOfShape: (operation) => {
    const [size] = operation.known(0).integers ?? [];
    return operation.known(0).integers?.length === 1 && size !== undefined && size >= 0 && size <= LONGEST && !operation.node.attributes.has('value') ? new Array<number>(size).fill(0) : undefined;
  },
};

export function integersOf(operation: Operation): Integers {
  const { op } = operation.node;
  const found = Object.hasOwn(RULES, op) ? RULES[op]!(operation) : undefined;
  return found !== undefined && found.length <= LONGEST ? found : undefined;
}
