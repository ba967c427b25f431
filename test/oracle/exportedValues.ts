import { readFileSync } from 'node:fs';
import { readNpz } from '../../src/engine/data/npz';
import { pytorchDialect } from '../../src/engine/formats/pytorch/dialect';
import { readExportedProgram } from '../../src/engine/formats/pytorch/read';
import { valueKey, type Graph, type ValueRef } from '../../src/engine/graph/graph';
import type { Tensor } from '../../src/engine/graph/tensor';
import type { KernelRunner } from '../../src/engine/host';
import { converted } from '../../src/engine/runtime/conversion';
import { missingOps, runGraph } from '../../src/engine/runtime/executor';
import { widened } from '../../src/engine/runtime/halfPrecision';
import { memorySource } from '../support/memoryFile';

/** What running an exported program here gave, beside the values torch recorded. */
export interface Comparison {
  /** Values compared. */
  readonly values: number;
  /** Largest error of any element as a share of the largest element of its value, and where. */
  readonly worst: { readonly error: number; readonly value: string };
  readonly seconds: number;
}

/** A program of pytorch_models.py and what torch computed. */
export interface Recording {
  readonly graph: Graph;
  readonly feeds: ReadonlyMap<string, Tensor>;
  /** By value key. */
  readonly expected: ReadonlyMap<string, Tensor>;
  readonly missing: ReadonlyMap<string, string>;
}

/** Reads FOLDER/NAME.pt2 and FOLDER/NAME.npz. */
export async function readRecording(path: string): Promise<Recording> {
  const graph = await readExportedProgram(memorySource(readFileSync(`${path}.pt2`)));
  const arrays = await readNpz(memorySource(readFileSync(`${path}.npz`)));
  const feeds = new Map(graph.inputs.map((input) => [valueKey(input.value), converted(arrays.get(`input/${input.name}`)!, input.dtype ?? 'float32')]));
  // Values nobody reads, like the statistics of a normalisation, are often nothing but rounding errors.
  const read = new Set([...[...graph.nodes.values()].flatMap((node) => node.inputs), ...graph.outputs.map((output) => output.value)].map(valueKey));
  // Nodes are called by the paths of their modules; torch's own names are the last parts.
  const expected = new Map([...graph.nodes.keys()].flatMap((id) => {
    const name = id.split('/').at(-1)!;
    return [0, 1, 2, 3, 4, 5, 6, 7].flatMap((output): [string, Tensor][] => {
      const tensor = arrays.get(`value/${name}:${output}`);
      const key = valueKey({ node: id, output });
      return tensor === undefined || !read.has(key) ? [] : [[key, tensor]];
    });
  }));
  const fetches = graph.outputs.map((output) => output.value);
  return { graph, feeds, expected, missing: missingOps(graph, pytorchDialect, fetches, [...feeds.keys()]) };
}

/** Runs the program and compares every value its outputs depend on, and those `observed`. */
export async function compareValues({ graph, feeds, expected }: Recording, kernels: KernelRunner, observed: readonly ValueRef[] = []): Promise<Comparison> {
  const start = performance.now();
  let values = 0;
  let worst = { error: 0, value: '' };
  const check = (value: ValueRef, tensor: Tensor): void => {
    const wanted = expected.get(valueKey(value));
    if (wanted === undefined) return;
    values++;
    const error = errorOf(tensor, wanted);
    if (!(error <= worst.error)) worst = { error, value: valueKey(value) };
  };
  const fetches = graph.outputs.map((output) => output.value);
  await runGraph({ graph, dialect: pytorchDialect, fetches, observed, feeds, kernels, observe: check });
  return { values, worst, seconds: (performance.now() - start) / 1000 };
}

/** Infinity where shapes differ, or only one is NaN or infinite. */
export function errorOf(actual: Tensor, wanted: Tensor): number {
  if (actual.shape.join() !== wanted.shape.join()) return Infinity;
  const [a, b] = [actual, wanted].map((tensor) => Array.from(widened(tensor).data as ArrayLike<number | bigint>, Number)) as [number[], number[]];
  let [largest, error] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) {
      if (Number.isFinite(b[i])) largest = Math.max(largest, Math.abs(b[i]!));
      continue;
    }
    if (!Number.isFinite(a[i]) || !Number.isFinite(b[i])) return Infinity;
    largest = Math.max(largest, Math.abs(b[i]!));
    error = Math.max(error, Math.abs(a[i]! - b[i]!));
  }
  return error === 0 ? 0 : error / Math.max(largest, 1e-6);
}
