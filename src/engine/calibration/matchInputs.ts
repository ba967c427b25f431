import { UserError } from '../errors';
import type { PartialShape } from '../graph/attribute';
import type { DataType } from '../graph/dataType';
import { valueKey, type ModelInput } from '../graph/graph';
import type { Tensor } from '../graph/tensor';
import { rounded, widened } from '../runtime/halfPrecision';

/**
 * Finds each model input's array, by `valueKey`: named `image` or `image:0`, or the only array for the only input; arrays
 * that no input wants (labels) are ignored. Float types fit each other, and integers fit int32 and int64 as long as their
 * values do: NumPy's own defaults (float64, int64) are rarely what a model wants. Throws UserError when an array is
 * missing, has the wrong shape or type, holds no samples, or NaN or infinite elements.
 */
export function matchInputs(inputs: readonly ModelInput[], arrays: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const only = inputs.length === 1 && arrays.size === 1 ? [...arrays.values()][0] : undefined;
  const found = inputs.map((input) => [input, arrays.get(input.name) ?? arrays.get(valueKey(input.value)) ?? arrays.get(input.value.node) ?? only] as const);
  if (found.some(([, array]) => array === undefined)) {
    const missing = found.filter(([, array]) => array === undefined).map(([input]) => `"${input.name}"`).join(', ');
    const there = [...arrays.keys()].map((name) => `"${name}"`).join(', ') || 'none';
    throw new UserError(`The data has no array for the input ${missing} (arrays there: ${there})`, { hint: 'Name the arrays after the inputs' });
  }
  return new Map(found.map(([input, array]) => [valueKey(input.value), checked(input, array!)]));
}

function checked(input: ModelInput, array: Tensor): Tensor {
  const fail = (what: string, hint?: string): UserError => new UserError(`The data for the input "${input.name}" ${what}`, { hint });
  if (!fits(array.shape, input.shape)) throw fail(`has shape [${array.shape}], the model needs [${described(input.shape)}]`);
  if (array.data.length === 0) throw fail('is empty', 'Give at least one sample');
  const tensor = converted(array, input.dtype);
  if (tensor === undefined) throw fail(`is ${array.dtype}, the model needs ${input.dtype}`, 'Convert the array with numpy astype');
  if (array.dtype === 'float32' || array.dtype === 'float64') {
    const bad = (array.data as Float32Array).findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw fail(`holds ${(array.data as Float32Array)[bad]} (element ${bad})`, 'Remove samples with NaN or infinite elements');
  }
  return tensor;
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

function converted(array: Tensor, wanted: DataType | undefined): Tensor | undefined {
  if (wanted === undefined || array.dtype === wanted) return array;
  if (!ACCEPTED[wanted]?.includes(array.dtype)) return undefined;
  if (wanted === 'bfloat16' || wanted === 'float16') return rounded(array, wanted);
  if (wanted === 'int64') return { dtype: wanted, shape: array.shape, data: BigInt64Array.from(array.data as Int32Array, BigInt) };
  if (wanted === 'int32') {
    const values = Array.from(array.data as ArrayLike<number | bigint>, Number);
    return values.every((value) => value === (value | 0)) ? { dtype: wanted, shape: array.shape, data: Int32Array.from(values) } : undefined;
  }
  const data = (wanted === 'float32' ? Float32Array : Float64Array).from(widened(array).data as Float32Array);
  return { dtype: wanted, shape: array.shape, data };
}
