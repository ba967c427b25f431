import type { ListTable } from '../../protocol';

export const BAND_HEIGHT = 512;

/** What touches each band, given the top and bottom of everything. */
export function bandTable(bands: number, top: Float32Array, bottom: Float32Array): ListTable {
  const band = (y: number): number => Math.min(bands - 1, Math.max(0, Math.floor(y / BAND_HEIGHT)));
  const start = new Uint32Array(bands + 1);
  for (let k = 0; k < top.length; k++) for (let at = band(top[k]!); at <= band(bottom[k]!); at++) start[at + 1]!++;
  for (let at = 0; at < bands; at++) start[at + 1]! += start[at]!;
  const next = start.slice(0, bands);
  const items = new Int32Array(start[bands]!);
  for (let k = 0; k < top.length; k++) for (let at = band(top[k]!); at <= band(bottom[k]!); at++) items[next[at]!++] = k;
  return { items, start };
}
