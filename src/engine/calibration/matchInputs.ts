import { type ArraySummary, summarize } from '../data/summary';
import { UserError } from '../errors';
import type { PartialShape } from '../graph/attribute';
import type { DataType } from '../graph/dataType';
import { valueKey, type ModelInput } from '../graph/graph';
import type { ModelCall } from '../graph/signatures';
import { elementCount, type Tensor } from '../graph/tensor';
import { rounded, widened } from '../runtime/halfPrecision';

/**
 * Finds each model input's array, by `valueKey`: named `image` or `image:0`, or the only array for the only input; arrays
 * that no input wants (labels) are ignored. Float types fit each other, and integers fit int32 and int64 as long as their
 * values do: NumPy's own defaults (float64, int64) are rarely what a model wants. Throws UserError when an array is
 * missing, has the wrong shape or type, holds no samples, or NaN or infinite elements.
 */
export function matchInputs(inputs: readonly ModelInput[], arrays: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const found = namesOfArrays(inputs, arrays);
  return new Map(inputs.map((input) => {
    const array = arrays.get(found.get(input)!)!;
    checkArray(input, summarize(array));
    return [valueKey(input.value), converted(array, input.dtype)];
  }));
}

/** The calls that data is for, by what names its arrays have; where it is for none, the first call that needs data. */
export function callsWithData(calls: readonly ModelCall[], arrays: ReadonlyMap<string, unknown>): readonly ModelCall[] {
  if (calls.length === 1) return calls;
  const found = calls.filter(({ inputs }) => inputs.every((input) => ownNames(input).some((name) => arrays.has(name))));
  const needing = calls.find(({ inputs }) => inputs.length > 0);
  return needing === undefined || found.some(({ inputs }) => inputs.length > 0) ? found : [needing];
}

function ownNames({ name, value }: ModelInput): readonly string[] {
  return [name, valueKey(value), value.node];
}

/** Name of the array that an input takes, of those there are. */
export function nameOfArray(input: ModelInput, inputs: readonly ModelInput[], arrays: ReadonlyMap<string, unknown>): string | undefined {
  const only = inputs.length === 1 && arrays.size === 1 ? [...arrays.keys()] : [];
  return [...ownNames(input), ...only].find((name) => arrays.has(name));
}

/** Name of each input's array. Throws UserError when there is none. */
export function namesOfArrays(inputs: readonly ModelInput[], arrays: ReadonlyMap<string, unknown>): Map<ModelInput, string> {
  const found = inputs.map((input) => [input, nameOfArray(input, inputs, arrays)] as const);
  if (found.some(([, name]) => name === undefined)) {
    const without = found.filter(([, name]) => name === undefined).map(([input]) => input);
    const missing = without.map(({ name }) => `"${name}"`).join(', ');
    const wanted = without.map(({ name, dtype = 'any type', shape }) => `${name}: ${dtype} [${described(shape)}]`).join(', ');
    const there = [...arrays.keys()].map((name) => `"${name}"`).join(', ') || 'none';
    throw new UserError(`The data has no array for the input ${missing} (arrays there: ${there})`, { hint: `Name arrays after the inputs, samples along the first axis: ${wanted}` });
  }
  return new Map(found.map(([input, name]) => [input, name!]));
}

/** Throws UserError for an array that the input cannot take. */
export function checkArray(input: ModelInput, { dtype, shape, range, nonFinite }: ArraySummary): void {
  const fail = (what: string, hint?: string): UserError => new UserError(`The data for the input "${input.name}" ${what}`, { hint });
  const batch = input.shape?.[0] ?? -1;
  if (!fits(shape, input.shape) && fits([batch, ...shape.slice(1)], input.shape)) {
    throw fail(`has ${shape[0]} samples, the model takes batches of ${batch}`, `Give a multiple of ${batch} samples`);
  }
  if (!fits(shape, input.shape)) throw fail(`has shape [${shape}], the model needs [${described(input.shape)}]`);
  if (elementCount(shape) === 0) throw fail('is empty', 'Give at least one sample');
  if (!canBecome(dtype, input.dtype, range)) throw fail(`is ${dtype}, the model needs ${input.dtype}`, 'Convert the array with numpy astype');
  if (nonFinite !== undefined) throw fail(`holds ${nonFinite.value} (element ${nonFinite.element})`, 'Remove samples with NaN or infinite elements');
}

/** The first axis counts samples, so that a fixed size there is a batch size, not a number of samples. */
function fits(shape: readonly number[], wanted: PartialShape): boolean {
  if (wanted === undefined) return true;
  if (shape.length !== wanted.length) return false;
  return wanted.every((size, axis) => size < 0 || size === shape[axis] || (axis === 0 && shape[0]! % Math.max(size, 1) === 0));
}

function described(shape: PartialShape): string {
  return shape?.map((size) => (size < 0 ? '?' : size)).join() ?? '?';
}

/** Types that stand in for the wanted one. */
const ACCEPTED: Partial<Record<DataType, readonly DataType[]>> = {
  float32: ['float64', 'float16'], float64: ['float32'], int64: ['int32', 'int16', 'int8', 'uint8', 'uint16', 'uint32'], int32: ['int64', 'int16', 'int8', 'uint8', 'uint16'],
  bfloat16: ['float32', 'float64'], float16: ['float32', 'float64'],
};

/** Integers become int32 where their values do. */
function canBecome(dtype: DataType, wanted: DataType | undefined, range: ArraySummary['range']): boolean {
  if (wanted === undefined || dtype === wanted) return true;
  if (!ACCEPTED[wanted]?.includes(dtype)) return false;
  return wanted !== 'int32' || range!.every((value) => value === (value | 0));
}

function converted(array: Tensor, wanted: DataType | undefined): Tensor {
  if (wanted === undefined || array.dtype === wanted) return array;
  if (wanted === 'bfloat16' || wanted === 'float16') return rounded(array, wanted);
  if (wanted === 'int64') return { dtype: wanted, shape: array.shape, data: BigInt64Array.from(array.data as Int32Array, BigInt) };
  if (wanted === 'int32') return { dtype: wanted, shape: array.shape, data: Int32Array.from(array.data as ArrayLike<number | bigint>, Number) };
  const data = (wanted === 'float32' ? Float32Array : Float64Array).from(widened(array).data as Float32Array);
  return { dtype: wanted, shape: array.shape, data };
}
