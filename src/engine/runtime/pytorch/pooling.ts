import { UserError } from '../../errors';
import { elementCount, type Tensor } from '../../graph/tensor';
import type { OnnxNode } from '../onnxModel';
import { allocate, reshaped, type NumberArray } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';
import { perAxis } from './convolution';

/** Geometry of a pool, per spatial axis. */
interface Pool {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly outputs: readonly number[];
}

/** With ceil_mode a last window may reach past the end, but must start inside (aten/src/ATen/native/Pool.h, pooling_output_shape). */
function poolOf(call: Call, x: Tensor, axes: number): Pool {
  const kernel = perAxis(call, 'kernel_size', axes, 1);
  const strides = call.numbers('stride', []).length === 0 ? kernel : perAxis(call, 'stride', axes, 1);
  const [pads, dilations] = [perAxis(call, 'padding', axes, 0), perAxis(call, 'dilation', axes, 1)];
  const round = call.flag('ceil_mode', false) ? Math.ceil : Math.floor;
  const outputs = kernel.map((size, axis) => {
    const input = x.shape[x.shape.length - axes + axis]!;
    const count = round((input + 2 * pads[axis]! - dilations[axis]! * (size - 1) - 1) / strides[axis]!) + 1;
    return round === Math.ceil && (count - 1) * strides[axis]! >= input + pads[axis]! ? count - 1 : count;
  });
  if (outputs.some((count) => count < 1)) throw new UserError(`Windows of [${kernel}] do not fit a tensor of [${x.shape}]`);
  return { kernel, strides, pads, dilations, outputs };
}

/** The tensor as [images, channels, spatial…]. */
function batched(x: Tensor, axes: number): Tensor {
  return x.shape.length === axes + 1 ? reshaped(x, [1, ...x.shape]) : x;
}

/** Padding after each axis that makes a kernel give exactly the outputs wanted. */
function padsAfter(x: Tensor, { kernel, strides, pads, dilations, outputs }: Pool): number[] {
  return outputs.map((count, axis) => {
    const reach = (count - 1) * strides[axis]! + dilations[axis]! * (kernel[axis]! - 1) + 1;
    return Math.max(0, reach - x.shape[2 + axis]! - pads[axis]!);
  });
}

function maxPool(axes: number): CallOperation {
  return async (call) => {
    const given = call.tensor('self');
    const x = batched(given, axes);
    const pool = poolOf(call, x, axes);
    const attributes = { kernel_shape: pool.kernel, strides: pool.strides, pads: [...pool.pads, ...padsAfter(x, pool)], dilations: pool.dilations };
    const nodes = (): OnnxNode[] => [{ op: 'MaxPool', inputs: ['x0'], outputs: ['y'], attributes }];
    const result = await call.kernel(`MaxPool ${JSON.stringify(attributes)}`, nodes, [{ tensor: x, constant: false }]);
    return x === given ? result : reshaped(result, result.shape.slice(1));
  };
}

/**
 * Averages; padding counts unless `count_include_pad` is off, what a window of ceil_mode has beyond it never
 * (aten/src/ATen/native/cpu/AvgPoolKernel.cpp).
 */
function averagePool(axes: number): CallOperation {
  return (call) => {
    const x = call.tensor('self');
    const { kernel, strides, pads, outputs } = poolOf(call, x, axes);
    const includesPad = call.flag('count_include_pad', true);
    const divisor = call.number('divisor_override', 0);
    const windows = outputs.map((count, axis) => Array.from({ length: count }, (_, i) => {
      const size = x.shape[x.shape.length - axes + axis]!;
      const start = i * strides[axis]! - pads[axis]!;
      const end = Math.min(start + kernel[axis]!, size + pads[axis]!);
      const inside = [Math.max(start, 0), Math.min(end, size)] as const;
      return { start: inside[0], end: inside[1], count: includesPad ? end - start : inside[1] - inside[0] };
    }));
    return averages(x, windows, divisor);
  };
}

interface AxisWindow {
  readonly start: number;
  readonly end: number;
  /** What the axis contributes to the number of elements divided by. */
  readonly count: number;
}

/** Means over boxes, one window of each of the last axes at a time: one axis after the other. */
function averages(x: Tensor, windows: readonly (readonly AxisWindow[])[], divisor = 0): Tensor {
  return windows.reduce((result, axisWindows, index) => {
    const axis = x.shape.length - windows.length + index;
    const [size, inner] = [result.shape[axis]!, elementCount(result.shape.slice(axis + 1))];
    const outer = elementCount(result.shape.slice(0, axis));
    const last = index === windows.length - 1;
    // Sums between the axes stay in double precision.
    const data = allocate(last ? x.dtype : 'float64', outer * axisWindows.length * inner) as NumberArray;
    const source = result.data as NumberArray;
    for (let o = 0; o < outer; o++) {
      axisWindows.forEach(({ start, end, count }, place) => {
        for (let i = 0; i < inner; i++) {
          let sum = 0;
          for (let k = start; k < end; k++) sum += source[(o * size + k) * inner + i]!;
          data[(o * axisWindows.length + place) * inner + i] = divisor === 0 ? sum / count : last ? sum / divisor : sum;
        }
      });
    }
    const shape = [...result.shape];
    shape[axis] = axisWindows.length;
    return { dtype: last ? x.dtype : 'float64', shape, data };
  }, x);
}

/** Windows that share an axis out among `count` outputs (aten/src/ATen/native/AdaptivePooling.h). */
function shares(size: number, count: number): AxisWindow[] {
  return Array.from({ length: count }, (_, i) => {
    const [start, end] = [Math.floor((i * size) / count), Math.ceil(((i + 1) * size) / count)];
    return { start, end, count: end - start };
  });
}

function adaptiveSizes(call: Call, x: Tensor, axes: number): number[] {
  return perAxis(call, 'output_size', axes, 1).map((size, axis) => (size < 0 ? x.shape[x.shape.length - axes + axis]! : size));
}

function adaptiveAverage(axes: number): CallOperation {
  return (call) => {
    const x = call.tensor('self');
    return averages(x, adaptiveSizes(call, x, axes).map((count, axis) => shares(x.shape[x.shape.length - axes + axis]!, count)));
  };
}

/** Largest elements of shares, one axis after the other. */
function adaptiveMax(axes: number): CallOperation {
  return (call) => {
    const x = call.tensor('self');
    return adaptiveSizes(call, x, axes).reduce((result, count, index) => {
      const axis = x.shape.length - axes + index;
      const [size, inner] = [result.shape[axis]!, elementCount(result.shape.slice(axis + 1))];
      const outer = elementCount(result.shape.slice(0, axis));
      const data = allocate(x.dtype, outer * count * inner) as NumberArray;
      const source = result.data as NumberArray;
      for (let o = 0; o < outer; o++) {
        shares(size, count).forEach(({ start, end }, place) => {
          for (let i = 0; i < inner; i++) {
            let top = -Infinity;
            for (let k = start; k < end; k++) {
              const value = source[(o * size + k) * inner + i]!;
              if (value > top || value !== value) top = value;
            }
            data[(o * count + place) * inner + i] = top;
          }
        });
      }
      return { dtype: x.dtype, shape: result.shape.map((whole, other) => (other === axis ? count : whole)), data };
    }, x);
  };
}

/** Of max_pool2d_with_indices only the maxima are computed: a program that reads the places is refused. */
export const pooling: CallOperations = {
  'aten.max_pool1d': maxPool(1), 'aten.max_pool2d': maxPool(2), 'aten.max_pool3d': maxPool(3), 'aten.max_pool2d_with_indices': maxPool(2),
  'aten.avg_pool1d': averagePool(1), 'aten.avg_pool2d': averagePool(2), 'aten.avg_pool3d': averagePool(3),
  'aten.adaptive_avg_pool1d': adaptiveAverage(1), 'aten.adaptive_avg_pool2d': adaptiveAverage(2), 'aten.adaptive_avg_pool3d': adaptiveAverage(3),
  'aten._adaptive_avg_pool2d': adaptiveAverage(2), 'aten.adaptive_max_pool2d': adaptiveMax(2), 'aten.adaptive_max_pool1d': adaptiveMax(1),
};
