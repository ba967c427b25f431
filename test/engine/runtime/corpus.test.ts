import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/engine/errors';
import { tensorflowDialect } from '../../../src/engine/formats/tensorflow/dialect';
import { graphFromBytes } from '../../../src/engine/formats/tensorflow/read';
import type { ValueRef } from '../../../src/engine/graph/graph';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { NO_PROGRESS, type KernelRunner } from '../../../src/engine/host';
import { missingOps, runGraph } from '../../../src/engine/runtime/executor';
import { widened } from '../../../src/engine/runtime/halfPrecision';
import { readSafetensors } from '../../support/safetensors';
import { startTestKernels } from '../../worker/kernels';

const CORPUS = process.env.MIXED_PRECISION_CORPUS ?? '../shared/corpus';

interface Entry {
  readonly name: string;
  readonly kind: string;
  readonly file: string;
  readonly io?: string;
  /** `mismatch`: TensorFlow itself does not reproduce the authors' outputs. */
  readonly status: string;
}

/** How many match; raise it as ops are added. */
const MATCHED = 784;

/** Graphs whose recorded outputs are not what the ops define. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'migraphx/batchnorm_half_test': 'outputs 3 to 5 of an inference batch norm are uninitialised memory',
  'migraphx/batchnorm_test': 'outputs 3 to 5 of an inference batch norm are uninitialised memory',
  'migraphx/batchnormv3_test': 'outputs 3 to 5 of an inference batch norm are uninitialised memory',
  'opencv-face/models__opencv_face_detector_uint8': 'a Dequantize range of 1.2e-38 becomes NaN where TensorFlow flushes subnormals to zero',
};

interface Outcome {
  readonly name: string;
  readonly kind: 'matched' | 'different' | 'not reproducible' | 'missing ops' | 'refused';
  readonly why?: string;
}

const present = existsSync(join(CORPUS, 'manifest.json'));
if (!present) console.log(`Skipping the corpus: no folder ${CORPUS} (set MIXED_PRECISION_CORPUS)`);

describe.skipIf(!present)('the corpus of TensorFlow graphs with recorded outputs', () => {
  let kernels: KernelRunner;
  beforeAll(async () => { kernels = await startTestKernels(); });
  afterAll(() => kernels.close());

  it('runs every graph whose ops it has, to the recorded outputs', { timeout: 600_000 }, async () => {
    const entries = (JSON.parse(readFileSync(join(CORPUS, 'manifest.json'), 'utf8')) as Entry[]).filter(({ kind, io }) => kind === 'graphdef' && io !== undefined);
    const outcomes: Outcome[] = [];
    for (const entry of entries) outcomes.push(await run(entry, kernels));
    const count = (kind: Outcome['kind']): number => outcomes.filter((outcome) => outcome.kind === kind).length;
    console.log(`${entries.length} graphs: ${count('matched')} matched, ${count('different')} different, ${count('not reproducible')} run but not reproducible, ${count('missing ops')} with missing ops, ${count('refused')} refused`);
    const unexplained = outcomes.filter(({ kind, name }) => (kind === 'different' || kind === 'refused') && EXCEPTIONS[name] === undefined);
    expect(unexplained).toEqual([]);
    expect(count('matched')).toBeGreaterThanOrEqual(MATCHED);
  });
});

async function run(entry: Entry, kernels: KernelRunner): Promise<Outcome> {
  const { name } = entry;
  const tensors = readSafetensors(readFileSync(join(CORPUS, entry.io!)));
  const withPrefix = (prefix: string): Map<string, Tensor> => new Map([...tensors].filter(([key]) => key.startsWith(prefix)).map(([key, tensor]) => [key.slice(prefix.length), tensor]));
  // Audio front ends take strings: their graphs are fed where the features begin.
  const feeds = new Map([...withPrefix('in:'), ...withPrefix('mid:')]);
  const expected = withPrefix('out:');
  const fetches = [...expected.keys()].map(valueNamed);
  try {
    const graph = graphFromBytes(readFileSync(join(CORPUS, entry.file)), name, {}, NO_PROGRESS);
    const missing = missingOps(graph, tensorflowDialect, fetches, [...feeds.keys()]);
    if (missing.size > 0) return { name, kind: 'missing ops', why: [...missing.keys()].join() };
    const results = await runGraph({ graph, dialect: tensorflowDialect, feeds, fetches, kernels });
    const differences = [...expected].map(([key, tensor], index) => difference(key, tensor, results[index]!)).filter((text) => text !== undefined);
    return differences.length === 0 ? { name, kind: 'matched' } : { name, kind: entry.status === 'mismatch' ? 'not reproducible' : 'different', why: differences.join('; ') };
  } catch (error) {
    return { name, kind: 'refused', why: error instanceof UserError ? error.oneLine : String((error as Error).stack) };
  }
}

function valueNamed(name: string): ValueRef {
  const colon = name.lastIndexOf(':');
  return { node: name.slice(0, colon), output: Number(name.slice(colon + 1)) };
}

/** Undefined when close: within 1e-4 of the largest expected element, 2 % for half precision; integers within 1e-4 too. */
function difference(key: string, expected: Tensor, actual: Tensor): string | undefined {
  if (expected.shape.join() !== actual.shape.join()) return `${key}: shape [${actual.shape}], not [${expected.shape}]`;
  const [a, b] = [expected, actual].map((tensor) => Array.from(widened(tensor).data as ArrayLike<number | bigint>, Number)) as [number[], number[]];
  const largest = a.reduce((max, value) => (Number.isFinite(value) ? Math.max(max, Math.abs(value)) : max), 1);
  const half = expected.dtype === 'float16' || expected.dtype === 'bfloat16' || actual.dtype === 'float16' || actual.dtype === 'bfloat16';
  const bad = a.findIndex((value, index) => !Object.is(value, b[index]) && !(Math.abs(value - b[index]!) <= largest * (half ? 2e-2 : 1e-4)));
  return bad < 0 ? undefined : `${key}[${bad}]: ${b[bad]}, not ${a[bad]} (${actual.dtype} [${actual.shape}])`;
}
