import { elementCount } from '../../graph/tensor';
import type { Operation, Operations } from '../operation';
import { allocate, numbersOf, scalarOf, type NumberArray } from '../tensors';

/** (x - mean) * factor + mean, the mean taken over height and width of each channel. */
const adjustContrast: Operation = (context) => {
  const x = context.input(0);
  const factor = scalarOf(context.input(1));
  const source = x.data as NumberArray;
  const channels = x.shape.at(-1)!;
  const size = elementCount(x.shape.slice(-3));
  const data = allocate(x.dtype, source.length) as NumberArray;
  for (let start = 0; start < source.length; start += size) {
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let i = start + channel; i < start + size; i += channels) sum += source[i]!;
      const mean = sum / (size / channels);
      for (let i = start + channel; i < start + size; i += channels) data[i] = (source[i]! - mean) * factor + mean;
    }
  }
  return [{ dtype: x.dtype, shape: x.shape, data }];
};

type Colour = readonly [number, number, number];

/** Hue in 0…1, the largest channel and its distance to the smallest. */
function toHue([r, g, b]: Colour): Colour {
  const max = Math.max(r, g, b);
  const range = max - Math.min(r, g, b);
  if (range <= 0) return [0, max, 0];
  const sixth = max === r ? (g - b) / range : max === g ? 2 + (b - r) / range : 4 + (r - g) / range;
  return [sixth < 0 ? sixth / 6 + 1 : sixth / 6, max, range];
}

function fromHue([hue, max, range]: Colour): Colour {
  const channel = (shift: number): number => {
    const position = (((hue * 6 + shift) % 6) + 6) % 6;
    return max - range * Math.max(0, Math.min(position, 4 - position, 1));
  };
  return [channel(5), channel(3), channel(1)];
}

/** Red, green, blue to hue, saturation, value. */
function toHsv(colour: Colour): Colour {
  const [hue, max, range] = toHue(colour);
  return [hue, max > 0 ? range / max : 0, max];
}

function toRgb([hue, saturation, value]: Colour): Colour {
  return fromHue([hue, value, value * saturation]);
}

/** Applies a function to every pixel of three channels; `parameter` is the second input, if there is one. */
function perPixel(f: (colour: Colour, parameter: number) => Colour): Operation {
  return (context) => {
    const x = context.input(0);
    const parameter = context.inputCount > 1 ? scalarOf(context.input(1)) : 0;
    const source = x.data as NumberArray;
    const data = allocate(x.dtype, source.length) as NumberArray;
    for (let i = 0; i < source.length; i += 3) data.set(f([source[i]!, source[i + 1]!, source[i + 2]!], parameter), i);
    return [{ dtype: x.dtype, shape: x.shape, data }];
  };
}

/** Shares of input rows in each output row when areas are averaged (resize_area_op.cc). */
function areaWeights(from: number, to: number, aligned: boolean): [number, number][][] {
  const scale = aligned && to > 1 ? (from - 1) / (to - 1) : from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * scale, (i + 1) * scale];
    const taps: [number, number][] = [];
    for (let row = Math.floor(start); row < Math.ceil(end); row++) {
      taps.push([Math.min(row, from - 1), Math.min(end, row + 1) - Math.max(start, row)]);
    }
    return taps.map(([row, weight]) => [row, weight / scale]);
  });
}

/** Cubic convolution weights: a = -0.5 with half pixel centers, where taps outside are left out, else -0.75 (resize_bicubic_op.cc). */
function cubicWeights(from: number, to: number, aligned: boolean, half: boolean): [number, number][][] {
  const scale = aligned && to > 1 ? (from - 1) / (to - 1) : from / to;
  const a = half ? -0.5 : -0.75;
  const near = (x: number): number => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number): number => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return Array.from({ length: to }, (_, i) => {
    const position = half ? (i + 0.5) * scale - 0.5 : i * scale;
    const base = Math.floor(position);
    const t = Math.round((position - base) * 1024) / 1024;
    const taps = [far(1 + t), near(t), near(1 - t), far(2 - t)].map((weight, k) => [base - 1 + k, weight] as [number, number]);
    if (!half) return taps.map(([row, weight]) => [Math.min(Math.max(row, 0), from - 1), weight]);
    const inside = taps.filter(([row]) => row >= 0 && row < from);
    const total = inside.reduce((sum, [, weight]) => sum + weight, 0);
    return inside.map(([row, weight]) => [row, weight / total]);
  });
}

/** Resizes by weights of rows and of columns; the result is float32. */
function resize(weights: (from: number, to: number, aligned: boolean, half: boolean) => [number, number][][]): Operation {
  return (context) => {
    const x = context.input(0);
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const [rows, columns] = numbersOf(context.input(1)) as [number, number];
    const [aligned, half] = [context.bool('align_corners', false), context.bool('half_pixel_centers', false)];
    const [rowTaps, columnTaps] = [weights(height, rows, aligned, half), weights(width, columns, aligned, half)];
    const source = x.data as NumberArray;
    const shape = [batch, rows, columns, channels];
    const data = new Float32Array(elementCount(shape));
    let out = 0;
    for (let image = 0; image < batch; image++) {
      for (const row of rowTaps) {
        for (const column of columnTaps) {
          for (let channel = 0; channel < channels; channel++) {
            let sum = 0;
            for (const [r, rowWeight] of row) {
              for (const [c, columnWeight] of column) sum += rowWeight * columnWeight * source[((image * height + r) * width + c) * channels + channel]!;
            }
            data[out++] = sum;
          }
        }
      }
    }
    return [{ dtype: 'float32', shape, data }];
  };
}

export const images: Operations = {
  AdjustContrastv2: adjustContrast,
  RGBToHSV: perPixel(toHsv), HSVToRGB: perPixel(toRgb),
  AdjustSaturation: perPixel((colour, factor) => {
    const [h, s, v] = toHsv(colour);
    return toRgb([h, Math.min(Math.max(s * factor, 0), 1), v]);
  }),
  AdjustHue: perPixel((colour, delta) => {
    const [hue, max, range] = toHue(colour);
    return fromHue([hue + delta, max, range]);
  }),
  ResizeArea: resize(areaWeights), ResizeBicubic: resize(cubicWeights),
};
