import { UserError } from '../../errors';
import type { DataType } from '../../graph/dataType';
import { elementCount, type Tensor } from '../../graph/tensor';
import type { OpContext, Operation, Operations } from '../operation';
import { allocate, normalizeAxis, numbersOf, scalarOf, type NumberArray } from '../tensors';
import { roundHalfToEven } from '../elementLoops';

const LIMITS: Partial<Record<DataType, readonly [number, number]>> = {
  qint8: [-128, 127], quint8: [0, 255], qint16: [-32768, 32767], quint16: [0, 65535], qint32: [-(2 ** 31), 2 ** 31 - 1],
};

function limitsOf(dtype: DataType): readonly [number, number] {
  const limits = LIMITS[dtype];
  if (limits === undefined) throw new UserError(`${dtype} is no quantized type`);
  return limits;
}

function roundHalfAway(x: number): number {
  return Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
}

const f32 = Math.fround;

/** One channel's rule from number to integer, with the range it covers. */
interface Quantizer {
  readonly min: number;
  readonly max: number;
  readonly quantize: (x: number) => number;
}

/** The three modes of QuantizeV2, in float32 steps (tensorflow/core/kernels/quantize_op.cc). */
function quantizer(mode: string, dtype: DataType, given: readonly [number, number], narrow: boolean, toEven: boolean): Quantizer {
  const [low, high] = limitsOf(dtype);
  const [min, max] = given;
  const clamp = (x: number, from: number, to: number): number => Math.max(Math.min(x, to), from);
  if (mode === 'MIN_COMBINED') {
    const scale = f32((high - low) / f32(max - min));
    const half = low < 0 ? (high - low + 1) / 2 : 0;
    const position = (x: number): number => f32(f32(clamp(x, min, max) - min) * scale);
    const quantize = low < 0 ? (x: number) => roundHalfAway(f32(position(x) - half)) : (x: number) => Math.floor(f32(position(x) + 0.5));
    return { min, max, quantize };
  }
  if (mode === 'MIN_FIRST') {
    const steps = high - low + 1;
    const scale = f32(steps / ((max - min) * (steps / (steps - 1))));
    const offset = roundHalfAway(f32(min * scale));
    return { min, max, quantize: (x) => clamp(roundHalfAway(f32(x * scale)) - offset + low, low, high) };
  }
  if (mode !== 'SCALED') throw new UserError(`Quantization mode "${mode}" is unknown`);
  const lowest = low + (narrow ? 1 : 0);
  const fromMin = lowest * min > 0 ? f32(lowest / min) : Infinity;
  const fromMax = high * max > 0 ? f32(high / max) : Infinity;
  const scale = Math.min(fromMin, fromMax);
  const [from, to] = [f32(lowest / scale), f32(high / scale)];
  const round = toEven ? roundHalfToEven : roundHalfAway;
  return { min: from, max: to, quantize: (x) => round(f32(clamp(x, from, to) * scale)) };
}

/** Widens a range to contain 0 and not to be degenerate. */
function usableRange(min: number, max: number, minimumWidth: number): readonly [number, number] {
  const low = Math.min(0, min);
  const epsilon = f32(Math.max(1, Math.abs(min), Math.abs(max)) * minimumWidth);
  return [low, Math.max(0, max, f32(low + epsilon))];
}

/** Calls `each` for runs of elements of one channel; without an axis there is one channel. */
function forEachChannel(shape: readonly number[], axis: number, each: (channel: number, start: number, end: number) => void): void {
  const total = elementCount(shape);
  if (axis < 0) return each(0, 0, total);
  const inner = elementCount(shape.slice(axis + 1));
  for (let start = 0; start < total; start += inner) each(Math.floor(start / inner) % shape[axis]!, start, start + inner);
}

function axisOf(context: OpContext, x: Tensor): number {
  const axis = context.int('axis', -1);
  return axis === -1 ? -1 : normalizeAxis(axis, x.shape.length);
}

/** float32 to a quantized type; also gives the range that was used. */
const quantize: Operation = (context) => {
  const x = context.input(0);
  const dtype = context.type('T', 'quint8');
  const axis = axisOf(context, x);
  const [mins, maxs] = [numbersOf(context.input(1)), numbersOf(context.input(2))];
  const width = context.float('ensure_minimum_range', 0.01);
  const toEven = context.string('round_mode', 'HALF_AWAY_FROM_ZERO') === 'HALF_TO_EVEN';
  const channels = mins.map((min, index) => (
    quantizer(context.string('mode', 'MIN_COMBINED'), dtype, usableRange(min, maxs[index]!, width), context.bool('narrow_range', false), toEven)
  ));
  const source = x.data as NumberArray;
  const data = allocate(dtype, source.length) as NumberArray;
  forEachChannel(x.shape, axis, (channel, start, end) => {
    const rule = channels[channel]!.quantize;
    for (let i = start; i < end; i++) data[i] = rule(source[i]!);
  });
  const range = (values: number[]): Tensor => ({ dtype: 'float32', shape: axis < 0 ? [] : [values.length], data: Float32Array.from(values) });
  return [{ dtype, shape: x.shape, data }, range(channels.map(({ min }) => min)), range(channels.map(({ max }) => max))];
};

/** The three modes of Dequantize as scale and offsets: (q + shift) * scale + base (dequantize_op.cc). */
function dequantizer(mode: string, dtype: DataType, min: number, max: number, narrow: boolean): { shift: number; scale: number; base: number } {
  const [low, high] = limitsOf(dtype);
  if (mode === 'SCALED') {
    const fromMax = f32(max / high);
    return { shift: 0, base: 0, scale: low === 0 ? fromMax : Math.max(f32(min / (low + (narrow ? 1 : 0))), fromMax) };
  }
  const scale = f32(f32(max - min) / (high - low));
  if (mode === 'MIN_COMBINED') return { shift: low < 0 ? (high - low + 1) / 2 : 0, scale, base: min };
  if (mode !== 'MIN_FIRST') throw new UserError(`Quantization mode "${mode}" is unknown`);
  return { shift: -low, scale, base: min === max ? min : f32(roundHalfAway(f32(min / scale)) * scale) };
}

/** Quantized integers to float32; a bfloat16 result is that, rounded. */
const dequantize: Operation = (context) => {
  const x = context.input(0);
  const axis = axisOf(context, x);
  const [mins, maxs] = [numbersOf(context.input(1)), numbersOf(context.input(2))];
  const mode = context.string('mode', 'MIN_COMBINED');
  const channels = mins.map((min, index) => dequantizer(mode, x.dtype, min, maxs[index]!, context.bool('narrow_range', false)));
  const source = x.data as NumberArray;
  const data = allocate('float32', source.length) as Float32Array;
  forEachChannel(x.shape, axis, (channel, start, end) => {
    const { shift, scale, base } = channels[channel]!;
    for (let i = start; i < end; i++) data[i] = f32((source[i]! + shift) * scale) + base;
  });
  return [{ dtype: 'float32', shape: x.shape, data }];
};

/** Rounds to the grid of a range whose zero is moved onto it (fake_quant_ops_functor.h, Nudge). */
function fakeQuantizer(min: number, max: number, bits: number, narrow: boolean): (x: number) => number {
  const [low, high] = [narrow ? 1 : 0, 2 ** bits - 1];
  if (min === 0 && max === 0) return () => 0;
  const scale = f32(f32(max - min) / (high - low));
  const zero = f32(low - f32(min / scale));
  const nudgedZero = zero < low ? low : zero > high ? high : roundHalfAway(zero);
  const [from, to] = [f32((low - nudgedZero) * scale), f32((high - nudgedZero) * scale)];
  return (x) => f32(Math.floor(f32(f32(Math.max(Math.min(x, to), from) - from) / scale + 0.5)) * scale) + from;
}

function fakeQuantize(ranges: (context: OpContext) => readonly [number[], number[]]): Operation {
  return (context) => {
    const x = context.input(0);
    const [mins, maxs] = ranges(context);
    const channels = mins.map((min, index) => fakeQuantizer(min, maxs[index]!, context.int('num_bits', 8), context.bool('narrow_range', false)));
    const source = x.data as NumberArray;
    const data = new Float32Array(source.length);
    for (let i = 0; i < data.length; i++) data[i] = channels[i % channels.length]!(source[i]!);
    return [{ dtype: 'float32', shape: x.shape, data }];
  };
}

const rangesFromInputs = (context: OpContext): readonly [number[], number[]] => [numbersOf(context.input(1)), numbersOf(context.input(2))];

export const quantizing: Operations = {
  QuantizeV2: quantize, Dequantize: dequantize,
  FakeQuantWithMinMaxArgs: fakeQuantize((context) => [[f32(context.float('min', -6))], [f32(context.float('max', 6))]]),
  FakeQuantWithMinMaxVars: fakeQuantize((context) => [[scalarOf(context.input(1))], [scalarOf(context.input(2))]]),
  FakeQuantWithMinMaxVarsPerChannel: fakeQuantize(rangesFromInputs),
};
