import { UserError } from '../errors';
import type { PartialShape } from '../graph/attribute';
import type { DataType } from '../graph/dataType';
import type { ModelInput } from '../graph/graph';
import { elementCount, type Tensor, type TensorData } from '../graph/tensor';
import { randomNumbers } from '../data/randomNumbers';
import { rounded } from '../runtime/halfPrecision';

export interface RandomArraysRequest {
  /** How many samples the arrays hold, where the first size of an input is not fixed; else how many batches of that size. */
  readonly samples: number;
  /** Whole shapes by name of the input, for those with sizes that the model leaves open. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly seed: number;
}

/**
 * An array of random numbers for each input: floats from a normal distribution, integers that are 0 or 1, which most tables
 * and masks have room for. The same seed gives the same numbers. Good to see whether a model runs and how fast, not to find
 * ranges or accuracy. Throws UserError for sizes that neither the model nor `shapes` says, and for types without numbers.
 */
export function randomArrays(inputs: readonly ModelInput[], { samples, shapes, seed }: RandomArraysRequest): Map<string, Tensor> {
  const unknown = [...shapes.keys()].find((name) => !inputs.some((input) => input.name === name));
  if (unknown !== undefined) throw new UserError(`The model has no input "${unknown}"`, { hint: `Its inputs are ${inputs.map(({ name }) => `"${name}"`).join(', ')}` });
  const random = randomNumbers(seed);
  return new Map(inputs.map((input) => {
    const shape = shapes.get(input.name) ?? withSamples(input, samples);
    checkShape(input, shape);
    return [input.name, filled(input, shape, random)];
  }));
}

function withSamples({ name, shape, dtype }: ModelInput, samples: number): number[] {
  const [batch, ...sizes] = shape ?? [];
  if (shape === undefined || sizes.some((size) => size < 0)) {
    const example = shape === undefined ? '1x…' : [batch! < 0 ? samples : batch!, ...sizes.map((size) => (size < 0 ? 128 : size))].join('x');
    throw new UserError(`The input "${name}" (${dtype ?? 'of any type'}) has sizes that the model leaves open (${described(shape)})`, { hint: `Say them with --shapes, such as --shapes ${name}:${example}` });
  }
  return batch === undefined ? [] : [batch < 0 ? samples : samples * batch, ...sizes];
}

function checkShape({ name, shape: wanted }: ModelInput, shape: readonly number[]): void {
  const fits = wanted === undefined || (shape.length === wanted.length && wanted.every((size, axis) => size < 0 || (axis === 0 ? shape[0]! % Math.max(1, size) === 0 : size === shape[axis])));
  if (!fits) throw new UserError(`The input "${name}" cannot have the shape ${shape.join('x')}`, { hint: `The model says ${described(wanted)}` });
}

function described(shape: PartialShape): string {
  return shape?.map((size) => (size < 0 ? '?' : size)).join('x') ?? 'any number of axes';
}

type Fill = (count: number, random: () => number) => TensorData;

const zerosAndOnes = <Data extends { [index: number]: number; length: number }>(data: Data, random: () => number): Data => {
  for (let index = 0; index < data.length; index++) data[index] = random() < 0.5 ? 0 : 1;
  return data;
};
const normal = <Data extends Float32Array | Float64Array>(data: Data, random: () => number): Data => {
  for (let index = 0; index < data.length; index++) data[index] = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return data;
};

/** By type of the input. */
const FILLS: Partial<Record<DataType, Fill>> = {
  float32: (count, random) => normal(new Float32Array(count), random),
  float64: (count, random) => normal(new Float64Array(count), random),
  int64: (count, random) => BigInt64Array.from({ length: count }, () => (random() < 0.5 ? 0n : 1n)),
  int32: (count, random) => zerosAndOnes(new Int32Array(count), random),
  int16: (count, random) => zerosAndOnes(new Int16Array(count), random),
  int8: (count, random) => zerosAndOnes(new Int8Array(count), random),
  uint8: (count, random) => zerosAndOnes(new Uint8Array(count), random),
  bool: (count, random) => zerosAndOnes(new Uint8Array(count), random),
};

function filled({ name, dtype = 'float32' }: ModelInput, shape: readonly number[], random: () => number): Tensor {
  const count = elementCount(shape);
  if (dtype === 'float16') return rounded({ dtype: 'float32', shape, data: FILLS.float32!(count, random) }, dtype);
  // Data files have no BF16: what reads them rounds.
  const stored = dtype === 'bfloat16' ? 'float32' : dtype;
  const fill = FILLS[stored];
  if (fill === undefined) throw new UserError(`The input "${name}" is ${dtype}, of which there are no random numbers`, { hint: 'Give sample inputs of your own' });
  return { dtype: stored, shape, data: fill(count, random) };
}
