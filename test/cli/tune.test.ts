import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/commandLine';
import { startTestKernels } from '../worker/kernels';
import { startTestTrials } from '../worker/trials';

const SAMPLES = resolve('media/samples');
const CALIBRATION = join(SAMPLES, 'digits_calibration.npz');
const TEST_DATA = join(SAMPLES, 'digits_test.npz');
const model = (name: string): string => join(SAMPLES, `${name}.pb`);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mixed-precision-'));
});
afterAll(() => rm(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);
async function file(name: string, content: object): Promise<string> {
  await writeFile(path(name), JSON.stringify(content));
  return path(name);
}

async function call(...argv: string[]): Promise<{ code: number; out: string[]; error: string[] }> {
  const out: string[] = [];
  const error: string[] = [];
  const code = await runCommandLine(argv, { out: (line) => out.push(line), error: (line) => error.push(line), startKernels: startTestKernels, startTrials: startTestTrials });
  return { code, out, error };
}

const onDigits = ['--data', TEST_DATA, '--labels', 'label'];

interface Tuned {
  readonly baseline: { readonly accuracy: number };
  readonly best: { readonly accuracy: number; readonly cost: number; readonly lowered: number; readonly config: object };
  readonly trials: readonly { readonly accuracy: number; readonly cost: number; readonly seconds: number }[];
  readonly front: readonly object[];
}

describe.each(['digits_cnn', 'digits_gru'])('tune %s', (name) => {
  it('keeps the accuracy with at least 90 % of the eligible arithmetic lowered, and writes the config that does so', async () => {
    const config = await file(`${name}.json`, { use_bf16: true });
    const best = path(`${name}.mixed-precision.json`);
    const { code, out } = await call('tune', model(name), ...onDigits, '--config', config, '--calibration', CALIBRATION, '--output', best, '--json');
    expect(code).toBe(0);
    const tuned = JSON.parse(out.join('\n')) as Tuned;
    expect(tuned.best.accuracy).toBeGreaterThanOrEqual(0.99 * tuned.baseline.accuracy);
    expect(tuned.best.lowered).toBeGreaterThanOrEqual(0.9);
    expect(tuned.best.cost).toBeLessThan(1);
    expect(tuned.trials.length).toBeGreaterThan(0);
    expect(JSON.parse(await readFile(best, 'utf8'))).toEqual(tuned.best.config);

    expect((await call('convert', model(name), '--config', best, '--output', path(`${name}.pb`))).code).toBe(0);
    const compared = await call('compare', model(name), path(`${name}.pb`), '--inputs', TEST_DATA, '--labels', 'label', '--json');
    expect(JSON.parse(compared.out[0]!)).toMatchObject({ accuracy: { original: tuned.baseline.accuracy, converted: tuned.best.accuracy } });
  });
});

describe.each([
  ['digits.onnx', TEST_DATA, CALIBRATION], ['digits_pytorch.pt2', join(SAMPLES, 'digits_pytorch_test.npz'), join(SAMPLES, 'digits_pytorch_calibration.npz')],
])('tune %s', (name, data, calibration) => {
  it.each(['basic', 'pareto'])('by %s keeps the accuracy with at least 90 %% of the eligible arithmetic lowered', async (strategy) => {
    // Where the data is named in the config, the command line need not.
    const config = await file(`${name}.${strategy}.json`, { use_bf16: true, tuning: { strategy, max_trials: 8, data, labels: 'label' } });
    const best = path(`${name}.${strategy}.mixed-precision.json`);
    const { code, out, error } = await call('tune', join(SAMPLES, name), '--config', config, '--calibration', calibration, '--output', best, '--json');
    expect({ code, error }).toEqual({ code: 0, error: [] });
    const tuned = JSON.parse(out.join('\n')) as Tuned;
    expect(tuned.best.accuracy).toBeGreaterThanOrEqual(0.99 * tuned.baseline.accuracy);
    expect(tuned.best.lowered).toBeGreaterThanOrEqual(0.9);
    const written = JSON.parse(await readFile(best, 'utf8')) as { tuning: { data: string } };
    expect(resolve(folder, written.tuning.data)).toBe(data);
  });
});

describe('a metric of the user’s own', () => {
  const wrong = `export const greaterIsBetter = false;
    export default function (outputs, labels) {
      const [{ data, shape: [rows, columns] }] = Object.values(outputs);
      let wrong = 0;
      for (let row = 0; row < rows; row++) {
        const scores = data.subarray(row * columns, (row + 1) * columns);
        if (scores.indexOf(Math.max(...scores)) !== Number(labels.data[row])) wrong++;
      }
      return wrong / rows;
    }`;

  it('decides, in the direction it says, by the path in the config', async () => {
    await writeFile(path('wrong.mjs'), wrong);
    const config = await file('own.json', { use_bf16: true, tuning: { metric: './wrong.mjs', data: TEST_DATA, labels: 'label' }, accuracy_criterion: { absolute: 0.01 } });
    await mkdir(path('below'));
    const { code, out, error } = await call('tune', model('digits_cnn'), '--config', config, '--calibration', CALIBRATION, '--output', path('below/own.mixed-precision.json'), '--json');
    expect({ code, error }).toEqual({ code: 0, error: [] });
    const tuned = JSON.parse(out[0]!) as Tuned;
    expect(tuned.baseline.accuracy).toBeCloseTo(0.034, 12);
    expect(tuned.best.accuracy).toBeLessThanOrEqual(0.044);
    expect(tuned.best.config).toMatchObject({ tuning: { metric: '../wrong.mjs' } });
  });

  it('is told of where it fails, by file and line, and by another name', async () => {
    await writeFile(path('fails.mjs'), 'export default () => {\n  throw new Error("too dark");\n};');
    const { code, error } = await call('tune', model('digits_cnn'), ...onDigits, '--calibration', CALIBRATION, '--output', path('fails.json'), '--metric', path('fails.mjs'));
    expect({ code, error }).toEqual({ code: 1, error: [`mixed-precision: ${path('fails.mjs')}: line 2: too dark. Correct the metric, or choose another tuning.metric`] });
    expect(await call('tune', model('digits_cnn'), ...onDigits, '--output', path('no.json'), '--metric', 'bleu')).toMatchObject({ code: 2 });
  });
});

describe('a config of Neural Compressor', () => {
  it('is tuned as it is: criterion, exit policy and strategy', async () => {
    await writeFile(path('conf.yaml'), `
model: { name: digits, framework: tensorflow }
use_bf16: true
quantization: { calibration: { sampling_size: [50] } }
evaluation: { accuracy: { metric: { topk: 1 } } }
tuning:
  strategy: { name: random }
  accuracy_criterion: { absolute: 0.02 }
  exit_policy: { timeout: 600, max_trials: 3 }
  random_seed: 5
`);
    const { out, error } = await call('tune', model('digits_gru'), ...onDigits, '--config', path('conf.yaml'), '--calibration', CALIBRATION, '--output', path('tuned.json'), '--json');
    expect(error).toEqual([]);
    const tuned = JSON.parse(out[0]!) as Tuned & { end: string };
    expect(tuned).toMatchObject({ end: 'max_trials', best: { config: { accuracy_criterion: { absolute: 0.02 }, tuning: { strategy: 'random', random_seed: 5 } } } });
    expect(tuned.trials).toHaveLength(3);
    expect(tuned.best.accuracy).toBeGreaterThanOrEqual(tuned.baseline.accuracy - 0.02);
  });
});

describe('the command', () => {
  const CNN = model('digits_cnn');

  it('takes the ranges from --data where no calibration data is given, and says so', async () => {
    const best = path('uncalibrated.json');
    const { code, out, error } = await call('tune', CNN, ...onDigits, '--output', best);
    expect({ code, error }).toEqual({ code: 0, error: ['note: no calibration data is given, so the ranges of INT8 come from the data to tune on'] });
    expect(out[0]).toMatch(/^trial +accuracy +modelled cost +lowered +time$/);
    expect(out[1]).toMatch(/^ +1 .* % .* s  meets the criterion$/);
    expect(out.at(-1)).toBe(`Written to ${best}`);
    const { calibration } = JSON.parse(await readFile(best, 'utf8')) as { calibration: { data: string } };
    expect(resolve(folder, calibration.data)).toBe(TEST_DATA);
    expect(await call('tune', CNN, ...onDigits, '--output', best)).toMatchObject({ code: 1 });
  });

  it('refuses labels and options that do not exist', async () => {
    const labels = await call('tune', CNN, '--data', TEST_DATA, '--labels', 'target', '--output', path('no.json'));
    expect(labels).toMatchObject({ code: 1, error: [expect.any(String), `mixed-precision: ${TEST_DATA}: The data has no array "target" for the labels. It has image, label`] });
    expect(await call('tune', CNN, ...onDigits, '--output', path('no.json'), '--strategy', 'annealing')).toMatchObject({ code: 2 });
    expect(await call('tune', CNN, ...onDigits, '--output', path('no.json'), '--max-trials', '0')).toMatchObject({ code: 2 });
    expect(await call('tune', CNN, '--labels', 'label', '--output', path('no.json'))).toMatchObject({ code: 2 });
  });

  it('refuses the journal of another search until --force', async () => {
    await writeFile(path('other.trials.jsonl'), '{"search":{"version":0}}\n');
    const argv = ['tune', CNN, ...onDigits, '--output', path('other.mixed-precision.json'), '--calibration', CALIBRATION];
    expect((await call(...argv)).error[0]).toContain('other.trials.jsonl: It is the journal of another search');
    expect((await call(...argv, '--force')).code).toBe(0);
  });
});
