import { elementCount, type Tensor } from '../../graph/tensor';
import { allocate, type NumberArray } from '../tensors';
import type { Call, CallOperation, CallOperations } from './call';

/** Source entries and their weights for each output entry of an axis. */
interface Taps {
  readonly places: readonly (readonly number[])[];
  readonly weights: readonly (readonly number[])[];
}

/** How one axis is resized: from one size to another, with the scale given, if one is. */
interface AxisResize {
  readonly from: number;
  readonly to: number;
  readonly scale: number | undefined;
  readonly aligned: boolean;
}

type TapRule = (axis: AxisResize) => Taps;

/** Distance in the source between neighbours of the result (aten/src/ATen/native/UpSample.h, area_pixel_compute_scale). */
function stepOf({ from, to, scale, aligned }: AxisResize): number {
  if (aligned) return to > 1 ? (from - 1) / (to - 1) : 0;
  return scale === undefined ? from / to : 1 / scale;
}

const clamped = (place: number, size: number): number => Math.min(Math.max(place, 0), size - 1);

const linearTaps: TapRule = (axis) => {
  const step = stepOf(axis);
  const positions = Array.from({ length: axis.to }, (_, i) => (axis.aligned ? i * step : Math.max((i + 0.5) * step - 0.5, 0)));
  return {
    places: positions.map((position) => [clamped(Math.floor(position), axis.from), clamped(Math.floor(position) + 1, axis.from)]),
    weights: positions.map((position) => [1 - (position - Math.floor(position)), position - Math.floor(position)]),
  };
};

/** Keys' cubic kernel with a = -0.75, edges repeated. */
const cubicTaps: TapRule = (axis) => {
  const step = stepOf(axis);
  const near = (x: number): number => (1.25 * x - 2.25) * x * x + 1;
  const far = (x: number): number => ((-0.75 * x + 3.75) * x - 6) * x + 3;
  const positions = Array.from({ length: axis.to }, (_, i) => (axis.aligned ? i * step : (i + 0.5) * step - 0.5));
  return {
    places: positions.map((position) => [-1, 0, 1, 2].map((offset) => clamped(Math.floor(position) + offset, axis.from))),
    weights: positions.map((position) => {
      const t = position - Math.floor(position);
      return [far(t + 1), near(t), near(1 - t), far(2 - t)];
    }),
  };
};

/** The entry at or before; `exact` takes the one whose middle is nearest. */
const nearestTaps = (exact: boolean): TapRule => (axis) => {
  // float32, as the framework computes it: the places depend on its rounding.
  const step = Math.fround(axis.scale === undefined ? axis.from / axis.to : 1 / axis.scale);
  const place = (i: number): number => Math.floor(Math.fround(exact ? Math.fround((i + 0.5) * step) : i * step));
  const entries = Array.from({ length: axis.to }, (_, i) => [Math.min(place(i), axis.from - 1)]);
  return { places: entries, weights: entries.map(() => [1]) };
};

/** Weighted sums along an axis; between axes in double precision. */
function resizedAxis(x: Tensor, axis: number, { places, weights }: Taps, dtype: Tensor['dtype']): Tensor {
  const [size, inner, outer] = [x.shape[axis]!, elementCount(x.shape.slice(axis + 1)), elementCount(x.shape.slice(0, axis))];
  const source = x.data as NumberArray;
  const data = allocate(dtype, outer * places.length * inner) as NumberArray;
  for (let o = 0; o < outer; o++) {
    places.forEach((taps, place) => {
      const target = (o * places.length + place) * inner;
      for (let i = 0; i < inner; i++) {
        let sum = 0;
        for (let tap = 0; tap < taps.length; tap++) sum += source[(o * size + taps[tap]!) * inner + i]! * weights[place]![tap]!;
        data[target + i] = sum;
      }
    });
  }
  return { dtype, shape: x.shape.map((whole, other) => (other === axis ? places.length : whole)), data };
}

/** Factors per axis, as `scale_factors` or `scales_h`, `scales_w` name them; they only count where given. */
function scalesOf(call: Call, axes: number): (number | undefined)[] {
  const listed = call.numbers('scale_factors', []);
  const names = { 1: ['scales'], 2: ['scales_h', 'scales_w'], 3: ['scales_d', 'scales_h', 'scales_w'] }[axes] ?? [];
  return Array.from({ length: axes }, (_, axis) => listed[axis] ?? (call.has(names[axis]!) ? call.number(names[axis]!, 1) : undefined));
}

function resize(axes: number, rule: TapRule): CallOperation {
  return (call) => {
    const x = call.has('input') ? call.tensor('input') : call.tensor('self');
    const scales = scalesOf(call, axes);
    const wanted = call.numbers('output_size', []);
    const aligned = call.flag('align_corners', false);
    return scales.reduce<Tensor>((result, scale, index) => {
      const axis = x.shape.length - axes + index;
      const from = x.shape[axis]!;
      const to = wanted[index] ?? Math.floor(from * (scale ?? 1));
      return resizedAxis(result, axis, rule({ from, to, scale, aligned }), index === axes - 1 ? x.dtype : 'float64');
    }, x);
  };
}

const forms = (name: string, compute: CallOperation): CallOperations => ({ [`aten.${name}`]: compute, [`aten.${name}.vec`]: compute });

/** Interpolation of images (torch.nn.functional.interpolate), one axis after the other. */
export const resizing: CallOperations = {
  ...forms('upsample_linear1d', resize(1, linearTaps)), ...forms('upsample_bilinear2d', resize(2, linearTaps)),
  ...forms('upsample_trilinear3d', resize(3, linearTaps)),
  ...forms('upsample_bicubic2d', resize(2, cubicTaps)),
  ...forms('upsample_nearest1d', resize(1, nearestTaps(false))), ...forms('upsample_nearest2d', resize(2, nearestTaps(false))),
  ...forms('upsample_nearest3d', resize(3, nearestTaps(false))),
  ...forms('_upsample_nearest_exact1d', resize(1, nearestTaps(true))), ...forms('_upsample_nearest_exact2d', resize(2, nearestTaps(true))),
};
