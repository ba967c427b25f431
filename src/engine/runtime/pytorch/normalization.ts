import { UserError } from '../../errors';
import { elementCount, type Tensor } from '../../graph/tensor';
import { allocate, type NumberArray } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';

const numbers = (tensor: Tensor | undefined): NumberArray | undefined => tensor?.data as NumberArray | undefined;

/** x · factor + shift with one of each per channel, the second axis. */
function perChannel(x: Tensor, factor: Float64Array, shift: Float64Array): Tensor {
  const inner = elementCount(x.shape.slice(2));
  const source = x.data as NumberArray;
  const data = allocate(x.dtype, source.length) as NumberArray;
  for (let start = 0, channel = 0; start < data.length; start += inner, channel = (channel + 1) % factor.length) {
    const [scale, offset] = [factor[channel]!, shift[channel]!];
    for (let i = start; i < start + inner; i++) data[i] = source[i]! * scale + offset;
  }
  return { ...x, data };
}

/** Scaling and shift that take mean 0 and variance 1 from given statistics, then weight and bias. */
function statistics(call: Call, channels: number): { factor: Float64Array; shift: Float64Array } {
  const [weight, bias, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((name) => numbers(call.optional(name)));
  if (mean === undefined || variance === undefined) {
    throw new UserError('The model was exported in training mode or without running statistics', { hint: 'Call model.eval() before exporting' });
  }
  const epsilon = call.number('eps', 1e-5);
  const factor = Float64Array.from({ length: channels }, (_, i) => (weight?.[i] ?? 1) / Math.sqrt(variance[i]! + epsilon));
  return { factor, shift: factor.map((scale, i) => (bias?.[i] ?? 0) - mean[i]! * scale) };
}

const batchNorm: CallOperation = (call) => {
  if (call.flag('training', false)) throw new UserError('The model was exported in training mode', { hint: 'Call model.eval() before exporting' });
  const x = call.tensor('input');
  const { factor, shift } = statistics(call, x.shape[1] ?? 1);
  return perChannel(x, factor, shift);
};

/** Rows normalised to mean 0 and variance 1, then scaled and shifted by element or by row group. */
interface RowNorm {
  readonly width: number;
  readonly epsilon: number;
  readonly weight: NumberArray | undefined;
  readonly bias: NumberArray | undefined;
  /** Which entry of weight and bias belongs to element `i`. */
  readonly entry: (i: number) => number;
  /** Leaves the mean in place: root mean square normalisation. */
  readonly keepsMean?: boolean;
}

function normalizedRows(x: Tensor, { width, epsilon, weight, bias, entry, keepsMean = false }: RowNorm): Tensor[] {
  const source = x.data as NumberArray;
  const data = allocate(x.dtype, source.length) as NumberArray;
  const rows = width === 0 ? 0 : source.length / width;
  const [means, deviations] = [new Float32Array(rows), new Float32Array(rows)];
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * width, (row + 1) * width];
    let mean = 0;
    if (!keepsMean) for (let i = start; i < end; i++) mean += source[i]! / width;
    let variance = 0;
    for (let i = start; i < end; i++) variance += (source[i]! - mean) ** 2 / width;
    const inverse = 1 / Math.sqrt(variance + epsilon);
    for (let i = start; i < end; i++) {
      const at = entry(i);
      data[i] = (source[i]! - mean) * inverse * (weight === undefined ? 1 : weight[at]!) + (bias === undefined ? 0 : bias[at]!);
    }
    means[row] = mean;
    deviations[row] = inverse;
  }
  const perRow = (values: Float32Array): Tensor => ({ dtype: 'float32', shape: [rows], data: values });
  return [{ ...x, data }, perRow(means), perRow(deviations)];
}

/** Over the last axes, those of `normalized_shape`. */
function layerNorm(call: Call): Tensor[] {
  const x = call.tensor('input');
  const width = elementCount(call.numbers('normalized_shape', [x.shape.at(-1) ?? 1]));
  const [result, mean, deviation] = normalizedRows(x, {
    width, epsilon: call.number('eps', 1e-5), weight: numbers(call.optional('weight')), bias: numbers(call.optional('bias')), entry: (i) => i % width,
  }) as [Tensor, Tensor, Tensor];
  const outer = [...x.shape.slice(0, x.shape.length - call.numbers('normalized_shape', [1]).length), ...call.numbers('normalized_shape', [1]).map(() => 1)];
  return [result, { ...mean, shape: outer }, { ...deviation, shape: outer }];
}

/** float32's distance from 1 to the next number: the default epsilon of rms_norm. */
const EPSILON = 2 ** -23;

const rmsNorm: CallOperation = (call) => {
  const x = call.tensor('input');
  const width = elementCount(call.numbers('normalized_shape', []));
  const weight = numbers(call.optional('weight'));
  return normalizedRows(x, { width, epsilon: call.number('eps', EPSILON), weight, bias: undefined, entry: (i) => i % width, keepsMean: true })[0]!;
};

/** Over groups of channels of each image. */
function grouped(call: Call, groups: number): Tensor[] {
  const x = call.tensor('input');
  const [images, channels] = x.shape as [number, number];
  const inner = elementCount(x.shape.slice(2));
  const [result, ...moments] = normalizedRows(x, {
    width: (channels / groups) * inner, epsilon: call.number('eps', 1e-5),
    weight: numbers(call.optional('weight')), bias: numbers(call.optional('bias')), entry: (i) => Math.floor(i / inner) % channels,
  });
  return [result!, ...moments.map((moment) => ({ ...moment, shape: [images, groups] }))];
}

/** Without running statistics, of the batch itself: one image's channels as groups is all that inference needs of it. */
const ownStatistics: CallOperation = (call) => {
  const { shape } = call.tensor('input');
  if (shape[0] !== 1) throw new UserError('Normalisation by the statistics of a batch is not supported');
  return grouped(call, shape[1]!)[0]!;
};

const instanceNorm: CallOperation = (call) => {
  const x = call.tensor('input');
  if (call.flag('use_input_stats', true)) return grouped(call, x.shape[1]!)[0]!;
  const { factor, shift } = statistics(call, x.shape[1]!);
  return perChannel(x, factor, shift);
};

/** v · g / |v|, the norm taken over all axes but one (torch.nn.utils.weight_norm). */
const weightNorm: CallOperation = (call) => {
  const [v, g] = [call.tensor('v'), call.tensor('g')];
  const axis = call.number('dim', 0);
  const [size, inner] = [v.shape[axis]!, elementCount(v.shape.slice(axis + 1))];
  const source = v.data as NumberArray;
  const squares = new Float64Array(size);
  const entry = (i: number): number => Math.floor(i / inner) % size;
  for (let i = 0; i < source.length; i++) squares[entry(i)]! += source[i]! ** 2;
  const data = allocate(v.dtype, source.length) as NumberArray;
  for (let i = 0; i < data.length; i++) data[i] = (source[i]! * (g.data as NumberArray)[entry(i)]!) / Math.sqrt(squares[entry(i)]!);
  return { ...v, data };
};

export const normalization: CallOperations = {
  'aten.batch_norm': batchNorm, 'aten._native_batch_norm_legit_no_training': batchNorm,
  'aten.layer_norm': (call) => layerNorm(call)[0]!, 'aten.native_layer_norm': layerNorm, 'aten.rms_norm': rmsNorm, 'aten._fused_rms_norm': rmsNorm,
  'aten.group_norm': (call) => grouped(call, call.number('num_groups', 1))[0]!, 'aten.native_group_norm': (call) => grouped(call, call.number('group', 1)),
  'aten.instance_norm': instanceNorm, 'aten._weight_norm': weightNorm, 'aten._native_batch_norm_legit.no_stats': ownStatistics,
};
