/** `values` sorted by their keys in 0…`size`, those of key k from starts[k] to starts[k + 1]. Counting sort, stable. */
export function groupBy(keys: Int32Array, values: Int32Array, size: number): { starts: Int32Array; sorted: Int32Array } {
  const starts = new Int32Array(size + 1);
  for (const key of keys) starts[key + 1]!++;
  for (let key = 0; key < size; key++) starts[key + 1]! += starts[key]!;
  const next = starts.slice();
  const sorted = new Int32Array(values.length);
  for (let i = 0; i < keys.length; i++) sorted[next[keys[i]!]!++] = values[i]!;
  return { starts, sorted };
}
