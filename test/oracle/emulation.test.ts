// Ops in BF16 and INT8, computed here and by the kernels of TensorFlow and torch: the same to one step of the type.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpz } from '../../src/engine/data/npz';
import type { Dialect } from '../../src/engine/dialect';
import { pytorchDialect } from '../../src/engine/formats/pytorch/dialect';
import { readExportedProgram } from '../../src/engine/formats/pytorch/read';
import { tensorflowDialect } from '../../src/engine/formats/tensorflow/dialect';
import { graphFromBytes } from '../../src/engine/formats/tensorflow/read';
import { type Graph, type ValueRef, valueKey } from '../../src/engine/graph/graph';
import type { Tensor } from '../../src/engine/graph/tensor';
import { type KernelRunner, NO_PROGRESS } from '../../src/engine/host';
import { converted } from '../../src/engine/runtime/conversion';
import { runGraph } from '../../src/engine/runtime/executor';
import { memorySource } from '../support/memoryFile';
import { bfloat16Distance, largestStep } from '../support/unitsInLastPlace';
import { startTestKernels } from '../worker/kernels';
import { judges } from './cases';
import { pythonPath } from './judge';

/**
 * Ops of TensorFlow whose result is a sum: compared in units of the largest element, since single elements may be the small
 * difference of large terms. Here sums are FP32 and rounded once. TensorFlow does the same in Conv2D, Sum and Mean; MatMul and
 * BatchMatMulV2 cut the bits off instead of rounding (bfloat16.cc, FloatToBFloat16); the others sum in BF16.
 */
const SUMS = /^(L2Loss|MatMul|BatchMatMulV2|Einsum|DepthwiseConv2dNative|Conv3D|Conv2DBackpropInput)/;
/** The same for torch: terms of transposed convolutions, means and interpolation are rounded before they are added. */
const TORCH_SUMS = /conv_transpose|instance_norm|bilinear|bicubic|remainder/;
/** Its products are rounded before they are added, and once more for each that overlaps (aten/src/ATen/native/im2col.h, col2im). */
const TWO_UNITS = /conv_transpose2d groups/;

const folder = mkdtempSync(path.join(tmpdir(), 'emulation-'));
let kernels: KernelRunner;
beforeAll(async () => {
  kernels = await startTestKernels();
});
afterAll(async () => {
  await kernels.close();
  rmSync(folder, { recursive: true });
});

const arrays = (file: string): Promise<ReadonlyMap<string, Tensor>> => readNpz(memorySource(readFileSync(file)));

async function computed(graph: Graph, dialect: Dialect, value: ValueRef, feeds: ReadonlyMap<string, Tensor> = new Map()): Promise<Tensor> {
  const [tensor] = await runGraph({ graph, dialect, feeds, fetches: [value], kernels });
  return tensor!;
}

const OPS = 'test/fixtures/runtime_ops.pb';
const ops = graphFromBytes(readFileSync(OPS), OPS, {}, NO_PROGRESS);

describe.each(judges)('TensorFlow, oneDNN $oneDnn', (judge) => {
  const rounded = [...ops.nodes.values()].filter((node) => node.id.endsWith('/result') && tensorflowDialect.outputTypes(node)[0] === 'bfloat16').map(({ id }) => id);
  let expected: ReadonlyMap<string, Tensor>;
  beforeAll(async () => {
    const save = path.join(folder, `bf16-${judge.oneDnn}.npz`);
    await judge.ask('run_ops', { model: path.resolve(OPS), fetches: rounded, save });
    expected = await arrays(save);
  }, 120_000);

  it.each(rounded)('%s', async (id) => {
    const { ofElement, ofLargest } = bfloat16Distance(expected.get(id)!, await computed(ops, tensorflowDialect, { node: id, output: 0 }));
    expect(SUMS.test(id) ? ofLargest : ofElement).toBeLessThanOrEqual(1);
  });
});

describe.each(judges)('TensorFlow in INT8, oneDNN $oneDnn', (judge) => {
  const results = [...ops.nodes.values()].filter(({ id }) => id.endsWith('_float32/result')).map(({ inputs }) => ops.nodes.get(inputs[0]!.node)!);
  const names = results.filter((node) => node.op !== 'Dequantize' && tensorflowDialect.inputType(node, 0) === 'float32' && tensorflowDialect.outputTypes(node)[0] === 'float32').map(({ id }) => id);
  let expected: ReadonlyMap<string, Tensor>;
  let graph: Graph;
  beforeAll(async () => {
    const [target, save] = [path.join(folder, `int8-${judge.oneDnn}.pb`), path.join(folder, `int8-${judge.oneDnn}.npz`)];
    await judge.ask('quantize_ops', { model: path.resolve(OPS), names, target });
    await judge.ask('run_ops', { model: target, fetches: names.map((id) => `${id}/result/quantize`), save });
    [expected, graph] = [await arrays(save), graphFromBytes(readFileSync(target), target, {}, NO_PROGRESS)];
  }, 120_000);

  it.each(names)('%s', async (id) => {
    const node = `${id}/result/quantize`;
    expect(largestStep(expected.get(node)!, await computed(graph, tensorflowDialect, { node, output: 0 }))).toBeLessThanOrEqual(1);
  });
});

const hasTorch = spawnSync(pythonPath(), ['-c', 'import torch']).status === 0;
if (!hasTorch) console.warn(`no torch in ${pythonPath()}: its ops are not compared with`);
if (hasTorch) execFileSync(pythonPath(), [path.resolve('test/oracle/pytorch_emulation.py'), folder], { stdio: ['ignore', 'ignore', 'inherit'] });

/** The program with one result per case, what torch gives for each, and the feeds. */
async function recorded(name: string) {
  const graph = await readExportedProgram(memorySource(readFileSync(path.join(folder, `${name}.pt2`))));
  const values = await arrays(path.join(folder, `${name}.npz`));
  const feeds = new Map(graph.inputs.map((input) => [valueKey(input.value), converted(values.get(`input/${input.name}`)!, input.dtype ?? 'float32')]));
  const keys = [...values.keys()].filter((key) => !key.startsWith('input/')).sort();
  return { graph, feeds, cases: keys.map((key, index) => ({ key, expected: values.get(key)!, output: graph.outputs[index]!.value })) };
}

describe.runIf(hasTorch)('torch', async () => {
  const [bf16, int8] = hasTorch ? [await recorded('bf16'), await recorded('int8')] : [];

  it.each(bf16?.cases ?? [])('in BF16: $key', async ({ key, expected, output }) => {
    const { ofElement, ofLargest } = bfloat16Distance(expected, await computed(bf16!.graph, pytorchDialect, output, bf16!.feeds));
    expect(TORCH_SUMS.test(key) ? ofLargest : ofElement).toBeLessThanOrEqual(TWO_UNITS.test(key) ? 2 : 1);
  });

  it.each(int8?.cases ?? [])('in INT8: $key', async ({ expected, output }) => {
    expect(largestStep(expected, await computed(int8!.graph, pytorchDialect, output, int8!.feeds))).toBeLessThanOrEqual(1);
  });
});
