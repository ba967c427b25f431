import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArrays } from '../../src/cli/arrays';
import { runCommandLine } from '../../src/cli/commandLine';
import { terminalProgress } from '../../src/cli/terminalProgress';
import { writeNpy } from '../../src/engine/data/npy';
import { writeNpz } from '../../src/engine/data/npz';
import type { Report } from '../../src/engine/conversion';
import type { Tensor } from '../../src/engine/graph/tensor';
import { buildBytes, constant, placeholder, type NodeSpec } from '../support/graphBuilder';
import { startTestKernels } from '../worker/kernels';

const SAMPLES = resolve('media/samples');
const CNN = join(SAMPLES, 'digits_cnn.pb');
const CALIBRATION = join(SAMPLES, 'digits_calibration.npz');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mixed-precision-'));
});
afterAll(() => rm(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
async function file(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(path(name), content);
  return path(name);
}

async function call(...argv: string[]): Promise<{ code: number; out: string[]; error: string[] }> {
  const out: string[] = [];
  const error: string[] = [];
  const code = await runCommandLine(argv, { out: (line) => out.push(line), error: (line) => error.push(line), startKernels: startTestKernels });
  return { code, out, error };
}

/** Runs a command that must fail, and gives its one line. */
async function failure(...argv: string[]): Promise<string> {
  const { code, out, error } = await call(...argv);
  expect({ code, out, lines: error.length }).toEqual({ code: 1, out: [], lines: 1 });
  expect(error[0]).not.toContain('\n');
  return error[0]!;
}

describe('convert', () => {
  it('refuses a name of another framework before the long work', async () => {
    expect(await failure('convert', CNN, '--output', path('foreign.onnx'), '--calibration', path('none.npz')))
      .toMatch(/foreign\.onnx: A model in the format TensorFlow GraphDef cannot be written as ONNX.*\.pb or \.pbtxt/);
  });

  it('reports all three phases as one JSON object', async () => {
    const config = await file('bf16.json', '{ "use_bf16": true }');
    const { code, out } = await call('convert', CNN, '--output', path('all.pb'), '--config', config, '--calibration', CALIBRATION, '--json');
    expect(code).toBe(0);
    expect(out).toHaveLength(1);
    const report = JSON.parse(out[0]!) as Report;
    expect(report.phases.map(({ phase }) => phase)).toEqual(['quantize', 'bf16', 'optimize']);
    expect(report.model).toEqual({ format: 'TensorFlow GraphDef', nodes: 144, inputs: ['image'], outputs: ['Identity'] });
    const [quantized, converted, optimized] = report.phases;
    expect(quantized!.precision.int8).toBeGreaterThan(20);
    expect(quantized!.precision.bf16).toBe(0);
    expect(converted!.precision.bf16).toBeGreaterThan(0);
    expect(optimized!.casts).toBe(report.casts.remaining);
    expect(report.casts.inserted - report.casts.folded).toBe(report.casts.remaining);
  });

  it('writes the same bytes when nothing is to be done, and the same file for the same input', async () => {
    expect((await call('convert', CNN, '--output', path('same.pb'))).code).toBe(0);
    expect(await readFile(path('same.pb'))).toEqual(await readFile(CNN));
    for (const name of ['a.pb', 'b.pb']) await call('convert', CNN, '--output', path(name), '--calibration', CALIBRATION);
    expect(await readFile(path('a.pb'))).toEqual(await readFile(path('b.pb')));
  });

  it('records ranges that give the same file without the data', async () => {
    const ranges = path('ranges.json');
    const recorded = await call('convert', CNN, '--output', path('recorded.pb'), '--calibration', CALIBRATION, '--record-ranges', ranges);
    expect(recorded).toMatchObject({ code: 0, error: [] });
    const config = await file('recorded.json', '{ "calibration": { "ranges": "ranges.json" } }');
    expect((await call('convert', CNN, '--output', path('read.pb'), '--config', config)).code).toBe(0);
    expect(await readFile(path('read.pb'))).toEqual(await readFile(path('recorded.pb')));
    expect(await failure('convert', CNN, '--output', path('again.pb'), '--calibration', CALIBRATION, '--record-ranges', ranges)).toContain('ranges.json: The file exists already');
    expect(await failure('convert', CNN, '--output', path('none.pb'), '--record-ranges', path('none.json'))).toContain('and there is none. Name an .npz file of samples as calibration.data');
  });

  it('tells a terminal how far it is, in one line that leaves no trace', async () => {
    let screen = '';
    const progress = terminalProgress((text) => (screen += text), 40);
    progress.report('Calibrating: samples 1 to 32 of 100', 0.25);
    expect(screen.endsWith('Calibrating: samples 1 to 32 of 100 (25')).toBe(true);
    progress.clear();
    expect(screen.endsWith('\r\u001b[K')).toBe(true);
    const before = screen;
    progress.clear();
    expect(screen).toBe(before);
  });

  it('stops after the phase named by --until', async () => {
    const { out } = await call('convert', CNN, '--output', path('until.pb'), '--until', 'quantize', '--json');
    expect((JSON.parse(out[0]!) as Report).phases).toHaveLength(1);
    expect(await call('convert', CNN, '--output', path('until2.pb'), '--until', 'fuse')).toMatchObject({ code: 2 });
  });

  it('overwrites nothing without --force', async () => {
    const target = await file('mine.pb', 'precious');
    expect(await failure('convert', CNN, '--output', target)).toContain('mine.pb: The file exists already. Choose another name or add --force');
    expect(await readFile(target, 'utf8')).toBe('precious');
    expect((await call('convert', CNN, '--output', target, '--force')).code).toBe(0);
  });

  it('writes text where the output is .pbtxt, and reads it again', async () => {
    expect((await call('convert', CNN, '--output', path('text.pbtxt'))).code).toBe(0);
    expect((await call('inspect', path('text.pbtxt'))).out[0]).toBe('TensorFlow GraphDef (text), 144 nodes');
  });
});

describe('inspect', () => {
  it('shows the inputs and outputs that a config chooses', async () => {
    const config = await file('inner.json', '{"outputs": ["digits_cnn_1/dense_1/Relu"]}');
    expect((await call('inspect', CNN, '--config', config)).out.filter((line) => line.startsWith('output'))).toEqual(['output  digits_cnn_1/dense_1/Relu  float32']);
    expect(await failure('inspect', CNN, '--config', await file('none.json', '{"outputs": ["nothing"]}'))).toContain('nothing');
  });
});

describe('run and compare', () => {
  it('compares a model with its conversion, with accuracy where there are labels', async () => {
    await call('convert', CNN, '--output', path('int8.pb'), '--calibration', CALIBRATION);
    const { out } = await call('compare', CNN, path('int8.pb'), '--inputs', join(SAMPLES, 'digits_test.npz'), '--labels', 'label', '--json');
    const result = JSON.parse(out[0]!) as { outputs: { name: string; sqnrDb: number }[]; accuracy: { original: number; converted: number } };
    expect(result.outputs[0]!.name).toBe('Identity');
    expect(result.outputs[0]!.sqnrDb).toBeGreaterThan(25);
    expect(result.accuracy.original).toBeCloseTo(0.966, 3);
    expect(Math.abs(result.accuracy.converted - result.accuracy.original)).toBeLessThanOrEqual(0.004);
  });

  it('compares by another metric, on a folder of .npy files', async () => {
    await mkdir(path('arrays'));
    const arrays = await readArrays(join(SAMPLES, 'digits_test.npz'));
    for (const [name, array] of arrays) await writeFile(join(path('arrays'), `${name}.npy`), writeNpy(array));
    const compared = async (...more: string[]) => call('compare', CNN, CNN, '--inputs', path('arrays'), '--labels', 'label', ...more);
    const { out } = await compared('--config', await file('top3.json', '{ "tuning": { "topk": 3 }, "accuracy_criterion": { "absolute": 0 } }'));
    expect(out[0]).toMatch(/^Identity {2}SQNR ∞ dB {2}mean squared error 0\.00 {2}cosine 1\.000000 {2}max error 0\.00 {2}top-1 agreement 100\.0 %$/);
    expect(out[2]).toMatch(/^top-3 accuracy {2}original (9[89]\.\d\d|100\.00) % {2}converted \1 %$/);
    expect(out[3]).toBe('accuracy_criterion {"absolute":0} is met');
    await mkdir(path('empty'));
    expect(await failure('compare', CNN, CNN, '--inputs', path('empty'))).toBe(`mixed-precision: ${path('empty')}: The folder holds no .npy files. Save each array there with numpy.save`);
  });

  it('compares from the inputs on and up to the outputs that a config names', async () => {
    const model = await file('inner.pb', buildBytes([
      placeholder('image', 'string', []), { name: 'decoded', op: 'DecodePng', inputs: ['image'] }, { name: 'floats', op: 'Cast', inputs: ['decoded'], attrs: { SrcT: 'uint8', DstT: 'float32' } },
      { name: 'hidden', op: 'Neg', inputs: ['floats'], attrs: { T: 'float32' } }, { name: 'y', op: 'Exp', inputs: ['hidden'], attrs: { T: 'float32' } },
    ]));
    const arrays = await file('inner.npz', writeNpz(new Map<string, Tensor>([['floats', { dtype: 'float32', shape: [2, 2, 1], data: Float32Array.of(1, 2, 3, 4) }]])));
    const config = await file('inner.json', '{ "inputs": ["floats"], "outputs": ["hidden"] }');
    expect((await call('compare', model, model, '--inputs', arrays, '--config', config)).out[0]).toMatch(/^hidden {2}SQNR ∞ dB/);
  });

  it('says whether the accuracy criterion of a config is met', async () => {
    await call('convert', CNN, '--output', path('criterion.pb'), '--calibration', CALIBRATION);
    const labelled = ['compare', path('criterion.pb'), CNN, '--inputs', join(SAMPLES, 'digits_test.npz'), '--labels', 'label', '--config'];
    const meets = async (text: string) => (JSON.parse((await call(...labelled, await file('criterion.json', text), '--json')).out[0]!) as { accuracy: { meetsCriterion: boolean } }).accuracy.meetsCriterion;
    expect(await meets('{ "accuracy_criterion": { "absolute": 0.5 } }')).toBe(true);
    const { accuracy: { original, converted } } = JSON.parse((await call(...labelled, path('criterion.json'), '--json')).out[0]!) as { accuracy: { original: number; converted: number } };
    expect(await meets('{ "accuracy_criterion": { "absolute": 0 } }')).toBe(converted >= original);
    const { out } = await call(...labelled, path('criterion.json'));
    expect(out.at(-1)).toBe(`accuracy_criterion {"absolute":0} is ${converted >= original ? 'met' : 'not met'}`);
  });

  it('writes the outputs by name', async () => {
    const { code, out } = await call('run', CNN, '--inputs', join(SAMPLES, 'digits_test.npz'), '--outputs', path('out.npz'));
    expect([code, ...out]).toEqual([0, 'Identity  float32  [500, 10]', expect.stringMatching(/^run by the embedded runtime on onnxruntime-/) as string]);
    expect((await readArrays(path('out.npz'))).get('Identity')!.shape).toEqual([500, 10]);
  });
});

describe('the runtime', () => {
  const NONE = ['--python', join(SAMPLES, 'no_python')];
  const inputs = ['--inputs', join(SAMPLES, 'digits_test.npz')];

  it('is a Python where that is named, which must be one', async () => {
    const message = /no_python" is no Python that can run models: there is no such program\. Name another one with --python/;
    expect(await failure('run', CNN, ...inputs, '--outputs', path('python.npz'), ...NONE)).toMatch(message);
    expect(await failure('compare', CNN, CNN, ...inputs, '--runtime', 'python', ...NONE)).toMatch(message);
    expect(await failure('convert', CNN, '--output', path('python.pb'), '--calibration', CALIBRATION, ...NONE)).toMatch(message);
  });

  it('is the embedded one for ONNX in any case, which is said', async () => {
    const onnx = join(SAMPLES, 'digits.onnx');
    const { out } = await call('compare', onnx, onnx, ...inputs, ...NONE, '--json');
    expect((JSON.parse(out[0]!) as { runtime: string }).runtime).toMatch(/^the embedded runtime on onnxruntime-.*, because onnxruntime is what runs ONNX models$/);
  });

  it('is in the report, where it ran the model', async () => {
    const { out } = await call('convert', CNN, '--output', path('ranges.pb'), '--calibration', CALIBRATION, '--force', '--json');
    expect((JSON.parse(out[0]!) as Report).calibratedBy).toMatch(/^the embedded runtime on onnxruntime-/);
    const uncalibrated = await call('convert', CNN, '--output', path('none.pb'), '--json');
    expect(JSON.parse(uncalibrated.out[0]!)).not.toHaveProperty('calibratedBy');
  });

  it('is a usage error by any other name', async () => {
    expect(await call('run', CNN, ...inputs, '--outputs', path('usage.npz'), '--runtime', 'turbo')).toMatchObject({ code: 2 });
  });
});

describe('plan', () => {
  it('gives the numbers convert would give and writes nothing', async () => {
    const before = await readdir(folder);
    const plan = JSON.parse((await call('plan', CNN, '--calibration', CALIBRATION, '--json')).out[0]!) as Report & { precision: object };
    const converted = JSON.parse((await call('convert', CNN, '--output', path('planned.pb'), '--calibration', CALIBRATION, '--json')).out[0]!) as Report;
    expect(plan.precision).toEqual(converted.phases.at(-1)!.precision);
    expect(plan.casts).toEqual(converted.casts);
    expect((await readdir(folder)).filter((name) => name !== 'planned.pb')).toEqual(before);
  });
});

describe('usage', () => {
  it.each([[['convert', CNN]], [['convert', CNN, '--output', 'x.pb', '--loud']], [['inspect']], [['compare', CNN, '--inputs', 'x.npz']], [['transmogrify']], [[]]])('%j is a usage error', async (argv: string[]) => {
    expect((await call(...argv)).code).toBe(2);
  });
});

describe('bad input gives one line and no file', () => {
  const x = placeholder('x', 'float32', [-1, 2]);
  const relu = (name: string, ...inputs: string[]): NodeSpec => ({ name, op: 'Relu', inputs, attrs: { T: 'float32' } });
  const truncatedWeights = (): NodeSpec => {
    const weights = constant('w', 'float32', [2], [1]);
    const value = weights.attrs!.value as { shape: readonly number[] };
    return { ...weights, attrs: { ...weights.attrs, value: { ...value, shape: [2000] } as never } };
  };

  it.each<[string, () => string | Uint8Array, RegExp]>([
    ['empty.pb', () => '', /empty\.pb: .*empty/],
    ['html.pb', () => '<!doctype html><title>Not found</title>', /html\.pb: /],
    ['duplicate.pb', () => buildBytes([x, relu('a', 'x'), relu('a', 'x')]), /duplicate\.pb: node "a": /],
    ['missing.pb', () => buildBytes([x, relu('a', 'nowhere')]), /missing\.pb: node "a": .*nowhere/],
    ['cycle.pb', () => buildBytes([x, relu('a', 'b'), relu('b', 'a')]), /cycle\.pb: node "[ab]": /],
    ['model.tflite', () => '', /model\.tflite: This kind of file is not supported/],
  ])('%s', async (name, content, message) => {
    const model = await file(name, content());
    expect(await failure('convert', model, '--output', path('never.pb'))).toMatch(message);
    expect(await readdir(folder)).not.toContain('never.pb');
  });

  it('a truncated model', async () => {
    const model = await file('truncated.pb', (await readFile(CNN)).subarray(0, 5000));
    expect(await failure('convert', model, '--output', path('never.pb'))).toMatch(/truncated\.pb: .*(cut off|damaged)/);
  });

  it('a constant whose bytes do not match its shape', async () => {
    const model = await file('weights.pb', buildBytes([x, truncatedWeights(), { name: 'y', op: 'Add', inputs: ['x', 'w'], attrs: { T: 'float32' } }]));
    expect(await failure('inspect', model)).toMatch(/weights\.pb: node "w": /);
  });

  it.each([
    ['{ "use_bf17": true }', /line 1: Unknown key "use_bf17"; did you mean "use_bf16"\?/],
    ['{ "use_bf16": "yes" }', /use_bf16/],
    ['{ "bf16_ops": ["Conv2d"] }', /"bf16_ops" names the op type "Conv2d", which does not exist; did you mean "Conv2D"\?/],
    ['{ "op_name_dict": { "(": "fp32" } }', /"\(" must be a valid regular expression/],
    ['{ "use_bf16": true', /Invalid JSON/],
  ])('the config %s', async (text, message) => {
    const config = await file('config.json', text);
    const line = await failure('convert', CNN, '--output', path('never.pb'), '--config', config);
    expect(line).toContain('config.json: ');
    expect(line).toMatch(message);
    expect(await readdir(folder)).not.toContain('never.pb');
  });

  it.each<[string, Record<string, Tensor>, RegExp]>([
    ['names', { picture: image([3, 8, 8, 1]), label: image([3]) }, /no array for the input "image" \(arrays there: "picture", "label"\)/],
    ['shape', { image: image([3, 9, 9, 1]) }, /\[3,9,9,1\]/],
    ['nan', { image: image([1, 8, 8, 1], NaN) }, /holds NaN/],
    ['none', { image: image([0, 8, 8, 1]) }, /is empty/],
  ])('calibration data with wrong %s', async (name, arrays, message) => {
    const data = await file(`${name}.npz`, writeNpz(new Map(Object.entries(arrays))));
    const line = await failure('convert', CNN, '--output', path('never.pb'), '--calibration', data);
    expect(line).toContain(`${name}.npz: `);
    expect(line).toMatch(message);
    expect(await readdir(folder)).not.toContain('never.pb');
  });

  function image(shape: readonly number[], value = 0.5): Tensor {
    return { dtype: 'float32', shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value) };
  }
});
