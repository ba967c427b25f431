import { elementCount, type Tensor } from '../../graph/tensor';
import type { DataType } from '../../graph/dataType';
import { allocate, normalizeAxis, numbersOf, type NumberArray } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';
import { roundHalfToEven } from '../elementLoops';

const f32 = Math.fround;

/** The grid of a call: one scale and zero point, or one per entry of an axis. */
interface Grid {
  readonly scales: readonly number[];
  readonly zeroPoints: readonly number[];
  readonly axis: number | undefined;
  readonly low: number;
  readonly high: number;
}

function gridOf(call: Call, x: Tensor): Grid {
  const [low, high] = [call.number('quant_min', -128), call.number('quant_max', 127)];
  if (!call.has('scales')) {
    return { scales: [call.number('scale', 1)], zeroPoints: [call.number('zero_point', 0)], axis: undefined, low, high };
  }
  const scales = numbersOf(call.tensor('scales'));
  const zeroPoints = call.optional('zero_points');
  const axis = normalizeAxis(call.number('axis', 0), x.shape.length);
  return { scales, zeroPoints: zeroPoints === undefined ? scales.map(() => 0) : numbersOf(zeroPoints), axis, low, high };
}

/** Calls `each` for runs of elements that share a scale. */
function forEachRun(x: Tensor, { scales, zeroPoints, axis }: Grid, each: (scale: number, zeroPoint: number, start: number, end: number) => void): void {
  const total = elementCount(x.shape);
  if (axis === undefined) return each(scales[0]!, zeroPoints[0]!, 0, total);
  const inner = elementCount(x.shape.slice(axis + 1));
  for (let start = 0; start < total; start += inner) {
    const channel = Math.floor(start / inner) % x.shape[axis]!;
    each(scales[channel]!, zeroPoints[channel]!, start, start + inner);
  }
}

/**
 * clamp(round(x · (1 / scale)) + zeroPoint), ties to even; the inverse of the scale as Python states it is rounded to float32,
 * then each step (torch/ao/quantization/fx/_decomposed.py).
 */
function quantized(x: Tensor, grid: Grid, dtype: DataType): Tensor {
  const source = x.data as NumberArray;
  const data = allocate(dtype, source.length) as NumberArray;
  forEachRun(x, grid, (scale, zeroPoint, start, end) => {
    const inverse = f32(1 / scale);
    for (let i = start; i < end; i++) {
      const level = roundHalfToEven(f32(source[i]! * inverse)) + zeroPoint;
      data[i] = Math.min(Math.max(level, grid.low), grid.high);
    }
  });
  return { dtype, shape: x.shape, data };
}

/** (q - zeroPoint) · scale. */
function dequantized(x: Tensor, grid: Grid): Tensor {
  const source = x.data as NumberArray;
  const data = allocate('float32', source.length) as Float32Array;
  forEachRun(x, grid, (exact, zeroPoint, start, end) => {
    const scale = f32(exact);
    for (let i = start; i < end; i++) data[i] = (source[i]! - zeroPoint) * scale;
  });
  return { dtype: 'float32', shape: x.shape, data };
}

const quantize: CallOperation = (call) => {
  const x = call.tensor('input');
  return quantized(x, gridOf(call, x), call.type('dtype') ?? 'int8');
};

/** To float32; the type of the value in the graph is what `out_dtype` asks for. */
const dequantize: CallOperation = (call) => {
  const x = call.tensor('input');
  return dequantized(x, gridOf(call, x));
};

/** Quantized and back (aten/src/ATen/native/quantized/FakeQuantPerTensorAffine.cpp). */
const fakeQuantize: CallOperation = (call) => {
  const x = call.tensor('self');
  const low = call.number('quant_min', 0);
  const high = call.number('quant_max', 255);
  const perChannel = call.op.includes('per_channel');
  const scales = perChannel ? numbersOf(call.tensor('scale')) : [f32(call.number('scale', 1))];
  const zeroPoints = perChannel ? numbersOf(call.tensor('zero_point')) : [call.number('zero_point', 0)];
  const grid: Grid = { scales, zeroPoints, axis: perChannel ? normalizeAxis(call.number('axis', 0), x.shape.length) : undefined, low, high };
  return dequantized(quantized(x, grid, 'int32'), grid);
};

const forms = (name: string, compute: CallOperation): CallOperations => (
  Object.fromEntries(['', '.tensor', '.tensor2'].map((overload) => [`quantized_decomposed.${name}${overload}`, compute]))
);

export const quantizing: CallOperations = {
  ...forms('quantize_per_tensor', quantize), ...forms('dequantize_per_tensor', dequantize),
  'quantized_decomposed.quantize_per_channel': quantize, 'quantized_decomposed.dequantize_per_channel': dequantize,
  'aten.fake_quantize_per_tensor_affine': fakeQuantize, 'aten.fake_quantize_per_tensor_affine.tensor_qparams': fakeQuantize,
  'aten.fake_quantize_per_channel_affine': fakeQuantize,
};
