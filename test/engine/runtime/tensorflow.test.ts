import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readNpz } from '../../../src/engine/data/npz';
import { tensorflowDialect } from '../../../src/engine/formats/tensorflow/dialect';
import { graphFromBytes } from '../../../src/engine/formats/tensorflow/read';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { NO_PROGRESS } from '../../../src/engine/host';
import { runGraph } from '../../../src/engine/runtime/executor';
import { widened } from '../../../src/engine/runtime/halfPrecision';
import { memorySource } from '../../support/memoryFile';
import { testKernels } from './run';

const values = (tensor: Tensor): number[] => Array.from(widened(tensor).data as ArrayLike<number | bigint>, Number);

/** Results recorded from TensorFlow 2.21 by test/fixtures/runtime_ops.py. */
const expected = await readNpz(memorySource(readFileSync('test/fixtures/runtime_ops.npz')));
const graph = graphFromBytes(readFileSync('test/fixtures/runtime_ops.pb'), 'runtime_ops.pb', {}, NO_PROGRESS);

/** One unit in the last place of bfloat16, as a share of the largest element: TensorFlow's kernels round in between. */
const BFLOAT16_ULP = 2 ** -7;
const FLOAT32_TOLERANCE = 2e-6;

describe('results recorded from TensorFlow', () => {
  it.each([...expected.keys()])('%s', async (name) => {
    const [actual] = await runGraph({
      graph, dialect: tensorflowDialect, feeds: new Map(), fetches: [{ node: `${name}/result`, output: 0 }], kernels: testKernels(),
    });
    const wanted = expected.get(name)!;
    expect(actual!.shape).toEqual(wanted.shape);
    const [a, b] = [values(wanted), values(actual!)];
    const largest = Math.max(...a.map(Math.abs), 1e-6);
    const error = Math.max(...a.map((value, index) => (Object.is(value, b[index]) ? 0 : Math.abs(value - b[index]!)))) / largest;
    expect(error).toBeLessThanOrEqual(actual!.dtype === 'bfloat16' ? BFLOAT16_ULP : FLOAT32_TOLERANCE);
  });
});
