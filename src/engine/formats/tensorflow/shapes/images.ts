import { either } from './dimensions';
import { forEach, type ShapeRule, type ShapeRules, unchanged } from './operation';

/** ResizeShapeFn (image_ops.cc): the new height and width are an operand. */
const resize: ShapeRule = (operation) => {
  const image = operation.ranked(0, 4);
  const size = operation.shapeFrom(1);
  return [[image[0]!, size?.[0] ?? -1, size?.[1] ?? -1, image[3]!]];
};

/** CropAndResize: one crop per box. */
const cropAndResize: ShapeRule = (operation) => {
  const size = operation.shapeFrom(3);
  return [[either(operation.ranked(1, 2)[0], operation.shape(2)?.[0]), size?.[0] ?? -1, size?.[1] ?? -1, operation.ranked(0, 4)[3]!]];
};

/** AudioSpectrogram (audio_ops.cc): one row per stride, half of the next power of two and one bins. */
const spectrogram: ShapeRule = (operation) => {
  const [samples, channels] = operation.ranked(0, 2) as [number, number];
  const [window, stride] = [operation.int('window_size', 0), operation.int('stride', 0)];
  if (window < 1 || stride < 1) return [[channels, -1, -1]];
  const rows = samples < 0 ? -1 : samples < window ? 0 : 1 + Math.floor((samples - window) / stride);
  return [[channels, rows, 2 ** Math.ceil(Math.log2(window)) / 2 + 1]];
};

const mfcc: ShapeRule = (operation) => {
  const [channels, rows] = operation.ranked(0, 3) as [number, number, number];
  return [[channels, rows, operation.int('dct_coefficient_count', 13)]];
};

/** DecodeWav: samples and channels as asked for, else as the file says; then the rate. */
const decodeWav: ShapeRule = (operation) => {
  const size = (name: string): number => (operation.int(name, -1) < 0 ? -1 : operation.int(name, -1));
  return [[size('desired_samples'), size('desired_channels')], []];
};

const decodeImage: ShapeRule = (operation) => [[-1, -1, operation.int('channels', 0) > 0 ? operation.int('channels', 0) : -1]];

/** Images and sound (image_ops.cc, audio_ops.cc). */
export const images: ShapeRules = {
  ...forEach(['ResizeBilinear', 'ResizeNearestNeighbor', 'ResizeBicubic', 'ResizeArea'], resize),
  CropAndResize: cropAndResize,
  ...forEach(['DrawBoundingBoxes', 'DrawBoundingBoxesV2'], unchanged),
  AudioSpectrogram: spectrogram,
  Mfcc: mfcc,
  DecodeWav: decodeWav,
  ...forEach(['DecodeJpeg', 'DecodePng', 'DecodeBmp'], decodeImage),
};
