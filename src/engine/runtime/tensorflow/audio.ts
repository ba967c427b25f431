import { powerSpectrum } from '../fourier';
import type { Operation, Operations } from '../operation';
import { type NumberArray, scalarOf } from '../tensors';

/**
 * Samples [samples, channels] to [channels, windows, frequencies]: periodic Hann windows, filled up with zeros to a power of
 * two (tensorflow/core/kernels/spectrogram.cc).
 */
const audioSpectrogram: Operation = (context) => {
  const { shape: [samples, channels], data } = context.input(0);
  const source = data as NumberArray;
  const window = context.int('window_size', 0);
  const stride = context.int('stride', 0);
  const isSquared = context.bool('magnitude_squared', false);
  const size = 2 ** Math.ceil(Math.log2(window));
  const weights = Float64Array.from({ length: window }, (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / window));
  const windows = samples! < window ? 0 : 1 + Math.floor((samples! - window) / stride);
  const bins = size / 2 + 1;
  const result = new Float32Array(channels! * windows * bins);
  for (let channel = 0; channel < channels!; channel++) {
    for (let at = 0; at < windows; at++) {
      const frame = new Float64Array(size);
      for (let index = 0; index < window; index++) frame[index] = source[(at * stride + index) * channels! + channel]! * weights[index]!;
      const power = powerSpectrum(frame, new Float64Array(size));
      result.set(isSquared ? power : power.map(Math.sqrt), (channel * windows + at) * bins);
    }
  }
  return [{ dtype: 'float32', shape: [channels!, windows, bins], data: result }];
};

/** What a mel band holds at least, before its logarithm. */
const LEAST_IN_BAND = 1e-12;

/** Squared magnitudes [channels, windows, frequencies] to coefficients [channels, windows, coefficients] (tensorflow/core/kernels/mfcc.cc). */
const mfcc: Operation = (context) => {
  const { shape: [channels, windows, bins], data } = context.input(0);
  const source = data as NumberArray;
  const bands = context.int('filterbank_channel_count', 40);
  const coefficients = context.int('dct_coefficient_count', 13);
  const filters = melFilters(bins!, scalarOf(context.input(1)), bands, context.float('lower_frequency_limit', 20), context.float('upper_frequency_limit', 4000));
  const cosines = cosineTransform(bands, coefficients);
  const result = new Float32Array(channels! * windows! * coefficients);
  for (let frame = 0; frame < channels! * windows!; frame++) {
    const energies = new Float64Array(bands);
    for (const { bin, band, share } of filters) {
      const magnitude = Math.sqrt(source[frame * bins! + bin]!);
      if (band >= 0) energies[band]! += magnitude * share;
      if (band + 1 < bands) energies[band + 1]! += magnitude * (1 - share);
    }
    const logarithms = energies.map((energy) => Math.log(Math.max(energy, LEAST_IN_BAND)));
    for (let row = 0; row < coefficients; row++) {
      result[frame * coefficients + row] = logarithms.reduce((sum, value, band) => sum + value * cosines[row * bands + band]!, 0);
    }
  }
  return [{ dtype: 'float32', shape: [channels!, windows!, coefficients], data: result }];
};

/** A frequency between the centres of two neighbouring bands: the lower one, -1 below the first, and its share. */
interface MelFilter {
  readonly bin: number;
  readonly band: number;
  readonly share: number;
}

const toMel = (frequency: number): number => 1127 * Math.log1p(frequency / 700);

/** Triangles with centres evenly spaced in mel, without the constant part (tensorflow/core/kernels/mfcc_mel_filterbank.cc). */
function melFilters(bins: number, sampleRate: number, bands: number, lowest: number, highest: number): readonly MelFilter[] {
  const [from, to] = [toMel(lowest), toMel(highest)];
  const spacing = (to - from) / (bands + 1);
  const perBin = sampleRate / 2 / (bins - 1);
  const filters: MelFilter[] = [];
  for (let bin = Math.trunc(1.5 + lowest / perBin); bin <= Math.min(bins - 1, Math.trunc(highest / perBin)); bin++) {
    // In bands; the centre of the first is 1.
    const position = (toMel(bin * perBin) - from) / spacing;
    const band = Math.min(bands, Math.ceil(position) - 1) - 1;
    filters.push({ bin, band, share: band + 2 - position });
  }
  return filters;
}

/** Type II of the discrete cosine transform, [coefficients, bands]. */
function cosineTransform(bands: number, coefficients: number): Float64Array {
  return Float64Array.from({ length: coefficients * bands }, (_, index) =>
    Math.sqrt(2 / bands) * Math.cos((Math.floor(index / bands) * Math.PI * ((index % bands) + 0.5)) / bands));
}

/** Features of sound. */
export const audio: Operations = { AudioSpectrogram: audioSpectrogram, Mfcc: mfcc };
