import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readNpz } from '../../../src/engine/data/npz';
import { pytorchDialect } from '../../../src/engine/formats/pytorch/dialect';
import { readExportedProgram } from '../../../src/engine/formats/pytorch/read';
import { valueKey } from '../../../src/engine/graph/graph';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { runGraph } from '../../../src/engine/runtime/executor';
import { widened } from '../../../src/engine/runtime/halfPrecision';
import { memorySource } from '../../support/memoryFile';
import { testKernels } from './run';

const values = (tensor: Tensor): number[] => Array.from(widened(tensor).data as ArrayLike<number | bigint>, Number);

/** Results recorded from torch 2.13 by test/fixtures/pytorch_ops.py: `NUMBER/torch.DTYPE/CASE`, in the order of the program's outputs. */
const recorded = await readNpz(memorySource(readFileSync('test/fixtures/pytorch_ops.npz')));
const graph = await readExportedProgram(memorySource(readFileSync('test/fixtures/pytorch_ops.pt2')));
const feeds = new Map(graph.inputs.map((input) => [valueKey(input.value), recorded.get(`input/${input.name}`)!]));
const cases = [...recorded.keys()].filter((name) => !name.startsWith('input/')).sort().map((key, index) => {
  const [, dtype, ...name] = key.split('/');
  return { name: name.join('/'), dtype: dtype!.replace('torch.', ''), key, output: graph.outputs[index]! };
});

/** One unit in the last place, as a share of the largest element: torch's kernels round in between. */
const TOLERANCE: Readonly<Record<string, number>> = { bfloat16: 2 ** -7, float16: 2 ** -10, float64: 1e-12, float32: 2e-6 };

describe('results recorded from torch', () => {
  it.each(cases)('$name', async ({ key, dtype, output }) => {
    const [actual] = await runGraph({ graph, dialect: pytorchDialect, feeds, fetches: [output.value], kernels: testKernels() });
    const wanted = recorded.get(key)!;
    expect(actual!.dtype).toBe(dtype);
    expect(actual!.shape).toEqual(wanted.shape);
    const [a, b] = [values(wanted), values(actual!)];
    const largest = Math.max(...a.filter(Number.isFinite).map(Math.abs), 1e-6);
    const errors = a.map((value, index) => (Object.is(value, b[index]) || value === b[index] ? 0 : Math.abs(value - b[index]!)));
    expect(Math.max(0, ...errors) / largest).toBeLessThanOrEqual(TOLERANCE[dtype] ?? 0);
  });
});
