import { type Graph, type ValueRef, valueKey } from '../graph/graph';
import type { Tensor } from '../graph/tensor';
import { batchOf } from '../runtime/batches';
import { valuesOf } from '../runtime/compare';
import type { ConstantStore } from '../runtime/constantStore';
import { prepareGraph } from '../runtime/executor';
import { type EvaluationRequest, judgedBatches, judgedOutput } from './evaluate';
import { inOrder } from '../runtime/inOrder';
import { sharedValues } from './sharedValues';

export interface OutputErrorRequest extends Pick<EvaluationRequest, 'dialect' | 'feeds' | 'kernels' | 'progress'> {
  /** The opened model, against whose output errors are. */
  readonly original: Graph;
  /** Conversions of it; nodes they have in common with each other and with the original are the same objects. */
  readonly variants: readonly Graph[];
  /** A conversion that the variants agree with most; what they have in common with it is computed once. */
  readonly reference: Graph;
  /** How many batches are run. */
  readonly batches: number;
  readonly constants: ConstantStore;
}

/** Variants that run at a time: while one waits for a kernel, another computes here. */
const AT_ONCE = 2;

/**
 * How far the first output of each variant is from the original's: power of the error over power of the signal, over all
 * batches. Each batch runs through the reference once, and through the original where that is another model; a variant runs only from where it departs from the
 * reference, and is the same to the last bit as if it had run by itself.
 */
export async function outputErrors(request: OutputErrorRequest): Promise<number[]> {
  const { original, reference, variants, dialect, feeds, batches: count } = request;
  const cuts = variants.map((variant) => sharedValues(reference, variant, dialect, [judgedOutput(variant)]));
  const isOriginal = sharedValues(original, reference, dialect, [judgedOutput(reference)]).has(valueKey(judgedOutput(original)));
  const wanted = [...new Map(cuts.flatMap((cut) => [...cut])).values()];
  const sums = variants.map(() => ({ signal: 0, noise: 0 }));
  for (const batch of judgedBatches(original.inputs, feeds).slice(0, count)) {
    const inputs = batchOf(feeds, batch);
    const shared = new Map<string, Tensor>();
    const [output, other] = await Promise.all([
      outputOf(request, reference, inputs, { values: wanted, seen: shared }), isOriginal ? undefined : outputOf(request, original, inputs),
    ]);
    const expected = other ?? output;
    const outputOfVariant = (index: number): Promise<Tensor> => {
      // Lists of tensors, and values of branches that are not taken, are not seen: the variant computes them itself.
      const known = [...cuts[index]!.keys()].filter((key) => shared.has(key));
      return outputOf(request, variants[index]!, new Map([...inputs, ...known.map((key) => [key, shared.get(key)!] as const)]));
    };
    let index = 0;
    for await (const actual of inOrder([...variants.keys()], AT_ONCE, outputOfVariant)) addError(sums[index++]!, valuesOf(expected), valuesOf(actual));
  }
  return sums.map(({ signal, noise }) => (noise === 0 ? 0 : Math.min(Number.MAX_VALUE, Number.isNaN(noise) ? Infinity : noise / signal)));
}

/** The output of a graph for one batch; other values are copied to `seen`, as the executor uses its memory again. */
async function outputOf(
  { dialect, kernels, progress, constants }: OutputErrorRequest, graph: Graph, feeds: ReadonlyMap<string, Tensor>,
  { values, seen }: { readonly values: readonly ValueRef[]; readonly seen: Map<string, Tensor> } = { values: [], seen: new Map() },
): Promise<Tensor> {
  // The same as the reference to its end: there is nothing to run.
  const known = feeds.get(valueKey(judgedOutput(graph)));
  if (known !== undefined) return known;
  const wanted = new Set(values.map(valueKey));
  const prepared = prepareGraph({ graph, dialect, fetches: [judgedOutput(graph)], observed: values, feeds: [...feeds.keys()], kernels, constants });
  try {
    const [output] = await prepared.run({
      feeds,
      progress,
      observe(value, tensor) {
        if (wanted.has(valueKey(value))) seen.set(valueKey(value), { ...tensor, data: tensor.data.slice() });
      },
    });
    return output!;
  } finally {
    prepared.close();
  }
}

function addError(sums: { signal: number; noise: number }, expected: ArrayLike<number>, actual: ArrayLike<number>): void {
  for (let i = 0; i < expected.length; i++) {
    sums.signal += expected[i]! ** 2;
    sums.noise += expected[i] === actual[i] ? 0 : (expected[i]! - actual[i]!) ** 2;
  }
}
