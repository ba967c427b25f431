// Exported programs after conversion, as PyTorch loads and runs them.
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert, type ConfigFile } from './convert';
import { pythonPath } from './judge';

interface Verdict {
  readonly error: number;
  readonly dtype: string;
  readonly wrongTypes: readonly string[];
  readonly record: { readonly bf16: readonly string[]; readonly int8: readonly string[] } | null;
  readonly operators: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly equalsWrapped?: boolean;
  readonly equalsAutocast?: boolean;
  /** Decomposed ops round where whole ones do not. */
  readonly decomposedError: number;
  readonly savedAgain: boolean;
  readonly unflattened: boolean | string;
}

const EAGER = { use_bf16: true, pytorch: { mode: 'eager' } };
const AUTOCAST = {
  use_bf16: true, cast_placement: 'follow_inputs', sensitive_ops: { softmax: 'auto', normalization: 'auto', losses: 'auto', powers_and_logarithms: 'auto' },
};
const MODULES = ['Linear', 'Conv1d', 'Conv2d', 'Conv3d', 'LSTM', 'GRU'];

/** Inductor compiles what it makes by a compiler for C++. */
function hasCompiler(): boolean {
  const { status } = spawnSync(process.env.CXX ?? 'g++', ['--version']);
  if (status !== 0) console.warn('no compiler for C++: converted programs are not compiled by Inductor');
  return status === 0;
}

function hasTorch(): boolean {
  const { status } = spawnSync(pythonPath(), ['-c', 'import torch']);
  if (status !== 0) console.warn(`no torch in ${pythonPath()}: converted programs are not run`);
  return status === 0;
}

const runs = hasTorch();
const folder = mkdtempSync(path.join(tmpdir(), 'pt2-'));
let python: ChildProcessWithoutNullStreams;
let answers: AsyncIterator<string, undefined>;

async function ask<T>(command: string, request: Readonly<Record<string, unknown>>): Promise<T> {
  python.stdin.write(`${JSON.stringify({ command, ...request })}\n`);
  const next = await answers.next();
  if (next.done === true) throw new Error('the judge has ended');
  const answer = JSON.parse(next.value) as T & { readonly failure?: string };
  if (answer.failure !== undefined) throw new Error(answer.failure);
  return answer;
}

beforeAll(async () => {
  if (!runs) return;
  python = spawn(pythonPath(), [path.resolve('test/oracle/pytorch_judge.py')]);
  python.stderr.pipe(process.stderr);
  answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]() as AsyncIterator<string, undefined>;
  await ask('build', { folder });
}, 300_000);
afterAll(() => {
  if (runs) python.stdin.end();
  rmSync(folder, { recursive: true });
});

async function converted(name: string, kind: string, config: ConfigFile): Promise<{ readonly original: string; readonly converted: string }> {
  const [original, output] = [path.join(folder, `${name}.pt2`), path.join(folder, `${name}.${kind}.pt2`)];
  await convert(original, output, { config });
  return { original, converted: output };
}

const withRanges = (name: string, more: ConfigFile = {}): ConfigFile => ({ ...more, calibration: { ranges: path.join(folder, `${name}.json`) } });

/** Whatever was converted: PyTorch takes it, its types are the ones stated, and it gives the same results once it is saved again or decomposed. */
async function verdictOn(name: string, files: Awaited<ReturnType<typeof converted>>, more: Readonly<Record<string, unknown>> = {}): Promise<Verdict> {
  const verdict = await ask<Verdict>('judge', { name: name.replace(/_core$/, ''), ...files, ...more });
  expect(verdict).toMatchObject({ dtype: 'float32', wrongTypes: [], savedAgain: true });
  expect(verdict.decomposedError).toBeLessThan(0.01);
  return verdict;
}

describe.runIf(runs)('exported programs in BF16', () => {
  it.each(['digits', 'encoder', 'recurrent', 'two_calls', 'distances', 'digits_core', 'encoder_core'])('%s runs', async (name) => {
    const verdict = await verdictOn(name, await converted(name, 'bf16', { use_bf16: true }));
    expect(verdict.error).toBeGreaterThan(0);
    expect(verdict.error).toBeLessThan(0.02);
    expect(verdict.record!.bf16.length).toBeGreaterThan(1);
  });

  it('leaves alone what shares memory with a value that is changed in place', async () => {
    const verdict = await verdictOn('changed_in_place', await converted('changed_in_place', 'bf16', { use_bf16: true }));
    expect(verdict.error).toBe(0);
  });

  it.each(['digits', 'encoder'])('%s gives the bits of torch.autocast where values take their inputs\' types', async (name) => {
    const verdict = await verdictOn(name, await converted(name, 'autocast', AUTOCAST), { autocast: true });
    expect(verdict.equalsAutocast).toBe(true);
  });

  it.each(['digits', 'recurrent', 'two_calls'])('%s gives the bits of wrapped modules in eager mode', async (name) => {
    const verdict = await verdictOn(name, await converted(name, 'eager', EAGER), { modules: MODULES });
    expect(verdict).toMatchObject({ equalsWrapped: true, unflattened: true });
    const weights = Object.entries(verdict.parameters).filter(([key]) => /^(features\.[03]|branch|fc\d|lstm|head|shared)\./.test(key));
    expect(new Set(weights.map(([, dtype]) => dtype))).toEqual(new Set(['bfloat16']));
  });

  it('gives a tied weight one copy in BF16 beside the one its other reader needs', async () => {
    const { parameters } = await verdictOn('encoder', await converted('encoder', 'tied', { use_bf16: true, op_type_dict: { 'aten.embedding': 'fp32' } }));
    expect(parameters).toMatchObject({ 'embedding.weight': 'float32' });
    expect(Object.values(parameters).filter((dtype) => dtype === 'bfloat16').length).toBeGreaterThan(10);
  });

  it('unflattens, as modules and as single ops', async () => {
    expect((await verdictOn('digits', await converted('digits', 'fx', { use_bf16: true }))).unflattened).toBe(true);
  });
});

describe.runIf(runs)('exported programs in INT8', () => {
  it.each(['digits', 'encoder', 'residual'])('%s has the weights and scales of PyTorch\'s own quantizer', async (name) => {
    const files = await converted(name, 'int8', withRanges(name));
    const verdict = await verdictOn(name, files);
    expect(verdict.error).toBeLessThan(0.05);
    expect(verdict.operators).toContain('quantized_decomposed.dequantize_per_channel.default');
    expect(verdict.operators).not.toContain('aten.batch_norm.default');
    const { compared, differing } = await ask<{ compared: number; differing: string[] }>('weights', { name, converted: files.converted });
    expect(compared).toBeGreaterThan(3);
    expect(differing).toEqual([]);
  });

  it.each([['digits', {}, 255], ['encoder', {}, 255], ['residual', { target_isa: 'avx2' }, 127]])('%s with %o has the grids of PyTorch\'s own quantizer', async (name, target, highest) => {
    const { original, converted: file } = await converted(name, `grids${highest}`, withRanges(name, target));
    const { compared, differing } = await ask<{ compared: number; differing: string[] }>('grids', { name, converted: file, ranges: original.replace(/pt2$/, 'json'), highest });
    expect(compared).toBeGreaterThan(2);
    expect(differing).toEqual([]);
  });

  it('quantizes what ends a residual block, joins branches, pools and gates', async () => {
    const { record } = await verdictOn('residual', await converted('residual', 'patterns', withRanges('residual')));
    expect(record!.int8).toEqual(expect.arrayContaining(['max_pool2d', 'add_', 'add', 'cat', 'adaptive_avg_pool2d', 'flatten', 'mul']));
  });

  it.runIf(hasCompiler())('runs on the INT8 kernels of Inductor', async () => {
    const kernelsOf = async (name: string): Promise<Record<string, number>> => {
      const { error, kernels } = await ask<{ error: number; kernels: Record<string, number> }>('compiled', { name, converted: (await converted(name, 'compiled', withRanges(name))).converted });
      expect(error).toBeLessThan(0.02);
      return kernels;
    };
    expect(await kernelsOf('digits')).toMatchObject({
      qconv_unary_lower_count: 2, qconv2d_binary_lower_count: 1, qmaxpool2d_matcher_count: 1, qlinear_unary_lower_count: 2,
    });
    expect(await kernelsOf('residual')).toMatchObject({
      qconv_unary_lower_count: 5, qconv2d_binary_lower_count: 2, qmaxpool2d_matcher_count: 1, qcat_matcher_count: 1, qlinear_unary_lower_count: 3,
    });
  });

  it('stands beside BF16', async () => {
    const config = withRanges('digits', { use_bf16: true, op_name_dict: { 'fc2|fc2/.*|branch|branch/.*': ['bf16'] } });
    const verdict = await verdictOn('digits', await converted('digits', 'mixed', config));
    expect(verdict.error).toBeLessThan(0.05);
    expect(verdict.record!.bf16).toContain('fc2/linear_1');
    expect(verdict.record!.int8).toContain('features/0/conv2d');
  });

  it('quantizes modules by the names of their classes', async () => {
    const { record } = await verdictOn('digits', await converted('digits', 'linear', withRanges('digits', { op_type_dict: { Conv2d: 'fp32' } })));
    expect(record!.int8).toEqual(['flatten', 'fc1/linear', 'fc2/linear_1']);
  });
});
