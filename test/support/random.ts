/** Numbers in (0, 1), the same for the same seed: Park and Miller's generator. */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

/** Roughly normal numbers, of mean 0 and variance 1: sums of twelve uniform ones. */
export function normalNumbers(count: number, seed: number): Float32Array {
  const next = uniform(seed);
  return Float32Array.from({ length: count }, () => Array.from({ length: 12 }, next).reduce((a, b) => a + b, -6));
}
