// Models run by TensorFlow and PyTorch in a Python of the user's: the same as in the embedded runtime.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArrays } from '../../src/cli/arrays';
import { executeModel } from '../../src/cli/execute';
import { calibrate } from '../../src/engine/calibration/calibrate';
import { CancelledError, UserError } from '../../src/engine/errors';
import { pytorchDialect } from '../../src/engine/formats/pytorch/dialect';
import { type ValueRef, valueKey } from '../../src/engine/graph/graph';
import type { Tensor } from '../../src/engine/graph/tensor';
import { type KernelRunner, NO_PROGRESS, type Progress } from '../../src/engine/host';
import { type Conversion, createConversion } from '../../src/engine/pipeline';
import { compareOutputs, valuesOf } from '../../src/engine/runtime/compare';
import { prepareGraph, runGraph } from '../../src/engine/runtime/executor';
import { describeRuntime } from '../../src/engine/runtime/ownFramework';
import { valueOfKey } from '../../src/engine/runtime/requested';
import { nodeHost } from '../../src/worker/nodeHost';
import { startPythonRunner } from '../../src/worker/pythonRunner';
import { startTestKernels } from '../worker/kernels';
import { compareValues, readRecording } from './exportedValues';
import { pythonPath } from './judge';

const samples = path.resolve('media/samples');
const MODELS: readonly (readonly [model: string, calibration: string, test: string])[] = [
  ['digits_cnn.pb', 'digits_calibration.npz', 'digits_test.npz'],
  ['digits_transformer.pb', 'digits_calibration.npz', 'digits_test.npz'],
  ['digits_gru.pb', 'digits_calibration.npz', 'digits_test.npz'],
  ['digits_pytorch.pt2', 'digits_pytorch_calibration.npz', 'digits_pytorch_test.npz'],
];
const hasTorch = spawnSync(pythonPath(), ['-c', 'import torch']).status === 0;
if (!hasTorch) console.warn(`no torch in ${pythonPath()}: exported programs are not run there`);
const runnable = MODELS.filter(([model]) => hasTorch || !model.endsWith('.pt2'));

const folder = mkdtempSync(path.join(tmpdir(), 'python-runtime-'));
let python: KernelRunner;
let embedded: KernelRunner;
beforeAll(async () => {
  makeGraphs();
  [python, embedded] = [await startPythonRunner({ commands: [pythonPath()] }, NO_PROGRESS), await startTestKernels()];
}, 300_000);
afterAll(async () => {
  await Promise.all([python.close(), embedded.close()]);
  rmSync(folder, { recursive: true });
});

async function opened(model: string, config: object = {}, calibration?: string): Promise<Conversion> {
  const conversion = createConversion(nodeHost(NO_PROGRESS, startTestKernels));
  await conversion.open(path.resolve(samples, model), {
    text: JSON.stringify(config), path: path.join(folder, 'config.json'), ...(calibration === undefined ? {} : { calibration: path.join(samples, calibration) }),
  });
  return conversion;
}

/** Graphs by the expressions of Python that make them from a float placeholder x. */
const MADE = {
  polygamma: 'tf.math.polygamma(1.0, x, name="y")',
  printing: 'after(tf.print("MPF1 on stdout", output_stream=sys.stdout), x)',
  branches: 'tf.identity(tf.cond(tf.reduce_sum(x) > 0, lambda: tf.add(x, 1.0, name="more"), lambda: tf.subtract(x, 1.0, name="less")), name="y")',
  logarithm: 'tf.log(x, name="y")',
  strings: 'tf.strings.join([tf.placeholder(tf.string, [None], "text"), tf.constant("ß")], name="y")',
  seven: 'tf.reshape(x, [7], name="y")',
  endless: 'tf.identity(tf.while_loop(lambda v: tf.reduce_sum(v) > -1.0, lambda v: tf.abs(v), [x]), name="y")',
};

function makeGraphs(): void {
  const script = `import os, sys, tensorflow.compat.v1 as tf
tf.disable_control_flow_v2()
def after(first, value):
  with tf.control_dependencies([first]):
    return tf.identity(value, name="y")
for name, code in ${JSON.stringify(Object.entries(MADE))}:
  with tf.Graph().as_default() as graph:
    x = tf.placeholder(tf.float32, [None], "x")
    eval(code)
    open(os.path.join(sys.argv[1], name + ".pb"), "wb").write(graph.as_graph_def().SerializeToString())
`;
  writeFileSync(path.join(folder, 'make.py'), script);
  execFileSync(pythonPath(), [path.join(folder, 'make.py'), folder], { stdio: ['ignore', 'ignore', 'ignore'] });
}

const made = (name: keyof typeof MADE, inputs = ['x']): Promise<Conversion> => opened(path.join(folder, `${name}.pb`), { inputs });

/** The FP32 values that are fed or computed outside loops. */
function floatValues({ graph, format: { dialect } }: Conversion): ValueRef[] {
  const inLoops = dialect.nodesInLoops(graph);
  const fed = new Set(graph.inputs.map(({ value }) => value.node));
  return [...graph.nodes.values()].filter((node) => !inLoops.has(node.id) && !dialect.isConstant(node) && !dialect.isState(node) && (fed.has(node.id) || !dialect.isInput(node))).flatMap((node) =>
    dialect.outputTypes(node).flatMap((type, output) => (type === 'float32' ? [{ node: node.id, output }] : [])));
}

function largestDifference(a: Tensor, b: Tensor): number {
  expect([a.dtype, a.shape]).toEqual([b.dtype, b.shape]);
  const [one, other] = [valuesOf(a), valuesOf(b)];
  return Array.from(one).reduce((largest, value, index) => Math.max(largest, Math.abs(value - other[index]!)), 0);
}

describe.each(runnable)('%s in its own framework', (model, calibration, test) => {
  it('gives the outputs of the embedded runtime', async () => {
    const conversion = await opened(model);
    const arrays = await readArrays(path.join(samples, test));
    const expected = await executeModel(conversion, arrays, embedded);
    for (const [name, output] of await executeModel(conversion, arrays, python)) expect(largestDifference(output, expected.get(name)!)).toBeLessThan(5e-6);
  });

  it.each(['minmax', 'percentile'] as const)('is calibrated to the same ranges by %s', async (algorithm) => {
    const conversion = await opened(model);
    const request = {
      graph: conversion.graph, dialect: conversion.format.dialect, values: floatValues(conversion), data: await readArrays(path.join(samples, calibration)),
      samplingSize: 64, algorithm, progress: NO_PROGRESS,
    };
    const [found, expected] = [await calibrate({ ...request, kernels: python }), await calibrate({ ...request, kernels: embedded })];
    expect(found.size).toBeGreaterThan(10);
    expect([...found.keys()].sort()).toEqual([...expected.keys()].filter((key) => request.values.some((value) => valueKey(value) === key)).sort());
    for (const [key, { min, max, shape }] of found) {
      const wanted = expected.get(key)!;
      const tolerance = 1e-4 * Math.max(Math.abs(wanted.min), Math.abs(wanted.max)) + 1e-6;
      expect(Math.max(Math.abs(min - wanted.min), Math.abs(max - wanted.max)), key).toBeLessThan(tolerance);
      expect(shape).toEqual(wanted.shape);
    }
  });

  it('runs converted, with INT8 and BF16', async () => {
    const conversion = await opened(model, { use_bf16: true, bf16_reward: 2 }, calibration);
    while (conversion.snapshots.length < 4) await conversion.runPhase();
    const arrays = await readArrays(path.join(samples, test));
    const expected = await executeModel(conversion, arrays, embedded);
    const [found] = compareOutputs([...expected.values()], [...(await executeModel(conversion, arrays, python)).values()]);
    // Roundings that fall to the other side are steps of the grids.
    expect(found!.sqnrDb).toBeGreaterThan(20);
    expect(found!.top1Agreement).toBeGreaterThanOrEqual(0.99);
    await conversion.close();
  });
});

describe.runIf(hasTorch)('PyTorch in Python', () => {
  const NAMES = ['residual', 'lstm', 'encoder@core', 'digits@bf16'];
  beforeAll(() => {
    execFileSync(pythonPath(), [path.resolve('test/oracle/pytorch_models.py'), folder, ...NAMES], { stdio: ['ignore', 'ignore', 'ignore'] });
  }, 300_000);

  it.each(NAMES)('shows every value of %s under its name', async (name) => {
    const recording = await readRecording(path.join(folder, name));
    const { values, worst } = await compareValues(recording, python, [...recording.expected.keys()].map(valueOfKey));
    expect(values).toBeGreaterThan(recording.expected.size / 2);
    expect(worst.error).toBeLessThan(1e-6);
  });

  it('is fed inner values, and computes what lies behind them', async () => {
    const { graph, feeds, expected } = await readRecording(path.join(folder, 'residual'));
    const fetches = graph.outputs.map(({ value }) => value);
    const [inner] = graph.nodes.get(fetches[0]!.node)!.inputs;
    const zero = { ...expected.get(valueKey(inner!))!, data: new Float32Array(expected.get(valueKey(inner!))!.data.length) };
    const run = (kernels: KernelRunner): Promise<Tensor[]> => runGraph({ graph, dialect: pytorchDialect, kernels, fetches, feeds: new Map([...feeds, [valueKey(inner!), zero]]) });
    expect(largestDifference((await run(python))[0]!, (await run(embedded))[0]!)).toBeLessThan(1e-6);
  });
});

describe('TensorFlow in Python', () => {
  const x = (...values: number[]): Map<string, Tensor> => new Map([['x', { dtype: 'float32', shape: [values.length], data: Float32Array.from(values) }]]);
  const observed = async (conversion: Conversion, values: readonly ValueRef[], data: ReadonlyMap<string, Tensor>, extremesOnly: boolean): Promise<[string, number[]][]> => {
    const seen: [string, number[]][] = [];
    const prepared = prepareGraph({
      graph: conversion.graph, dialect: conversion.format.dialect, kernels: python, fetches: [], observed: values, extremesOnly, feeds: ['x:0'],
    });
    await prepared.run({ feeds: new Map([['x:0', data.get('x')!]]), observe: ({ node }, { data: numbers }) => seen.push([node, Array.from(numbers as Float32Array)]) });
    prepared.close();
    return seen;
  };

  it('says what it is', () => {
    expect(python.description).toMatch(/^Python 3\.\d+\.\d+ \(.*\)$/);
  });

  it('runs ops the embedded runtime does not have, whose error says so', async () => {
    const conversion = await made('polygamma');
    await expect(executeModel(conversion, x(1), embedded)).rejects.toMatchObject({
      message: expect.stringContaining('these ops are missing: Polygamma') as string, place: { hint: expect.stringContaining('--runtime python') as string },
    });
    const [[, output]] = [...(await executeModel(conversion, x(1), python))] as [[string, Tensor]];
    expect(Number(output.data[0])).toBeCloseTo(Math.PI ** 2 / 6, 5);
    expect(describeRuntime(conversion.format.dialect, python, { kind: 'python', why: 'it is mine' })).toMatch(/^TensorFlow 2\.\d+\.\d+ in Python 3\..*, because it is mine$/);
  });

  it('may print what it likes', async () => {
    const conversion = await made('printing');
    expect((await executeModel(conversion, x(1, 2), python)).get('y')).toEqual(x(1, 2).get('x'));
  });

  it.each([true, false])('leaves out values of branches that are not taken (extremes only: %s)', async (extremesOnly) => {
    const conversion = await made('branches');
    const values = ['cond/less', 'cond/more', 'y'].map((node): ValueRef => ({ node, output: 0 }));
    expect(await observed(conversion, values, x(1, 2), extremesOnly)).toEqual([['cond/more', [2, 3]], ['y', [2, 3]]]);
    expect(await observed(conversion, values, x(-1, -2), extremesOnly)).toEqual([['cond/less', extremesOnly ? [-3, -2] : [-2, -3]], ['y', extremesOnly ? [-3, -2] : [-2, -3]]]);
  });

  it('shows NaN and infinite elements, and empty values', async () => {
    const conversion = await made('logarithm');
    const y: ValueRef = { node: 'y', output: 0 };
    expect(await observed(conversion, [y], x(-1, 1), true)).toEqual([['y', [NaN, NaN]]]);
    expect(await observed(conversion, [y], x(0, 1), true)).toEqual([['y', [NaN, NaN]]]);
    expect(await observed(conversion, [y], x(), true)).toEqual([['y', []]]);
  });

  it('takes and gives strings', async () => {
    const conversion = await made('strings', ['text']);
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const data = new Map<string, Tensor>([['text', { dtype: 'string', shape: [2], data: [bytes('a'), bytes('')] }]]);
    expect((await executeModel(conversion, data, python)).get('y')).toEqual({ dtype: 'string', shape: [2], data: [bytes('aß'), bytes('ß')] });
  });

  it('refuses a model in one sentence, and runs the next', async () => {
    const conversion = await made('seven');
    const failure = executeModel(conversion, x(1, 2), python);
    await expect(failure).rejects.toThrow(UserError);
    await expect(failure).rejects.toMatchObject({
      message: 'TensorFlow cannot run the model: InvalidArgumentError: Input to reshape is a tensor with 2 values, but the requested shape has 7', place: { node: 'y' },
    });
    expect((await executeModel(conversion, x(1, 2, 3, 4, 5, 6, 7), python)).size).toBe(1);
  });

  it('is cancelled in the middle of a run that does not end', async () => {
    const conversion = await made('endless');
    let asked = 0;
    const progress: Progress = { report: () => {}, throwIfCancelled: () => { if (++asked > 30) throw new CancelledError(); } };
    const { graph, format: { dialect } } = conversion;
    const prepared = prepareGraph({ graph, dialect, kernels: python, fetches: [{ node: 'y', output: 0 }], feeds: ['x:0'] });
    await expect(prepared.run({ feeds: new Map([['x:0', x(1).get('x')!]]), progress })).rejects.toThrow(CancelledError);
    prepared.close();
    expect((await executeModel(await opened('digits_cnn.pb'), await readArrays(path.join(samples, 'digits_test.npz')), python)).size).toBe(1);
  });
});
