import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/commandLine';
import { startTestKernels } from '../worker/kernels';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mixed-precision-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

async function call(...argv: string[]): Promise<{ code: number; out: string[]; error: string[] }> {
  const out: string[] = [];
  const error: string[] = [];
  const code = await runCommandLine(['config', ...argv], { out: (line) => out.push(line), error: (line) => error.push(line), startKernels: startTestKernels });
  return { code, out, error };
}

const YAML = 'model:\n  name: net\n  framework: tensorflow\nuse_bf16: true\nquantization:\n  recipes:\n    fast_bias_correction: true\n  op_wise:\n    "a/.*":\n      activation:\n        dtype: [fp32]\n';
const OURS = '{ "use_bf16": true, "op_name_dict": { "a/.*": "fp32" } }';

describe('config import', () => {
  it('prints the config, and on stderr what has no counterpart', async () => {
    const { code, out, error } = await call('import', await file('conf.yaml', YAML));
    expect(code).toBe(0);
    expect(JSON.parse(out.join('\n'))).toEqual(JSON.parse(OURS));
    expect(error).toEqual([expect.stringMatching(/^note: quantization\.recipes.*: /)]);
  });

  it('gives config and notes as one JSON object', async () => {
    const { out } = await call('import', await file('conf.yaml', YAML), '--json');
    expect(out).toHaveLength(1);
    expect(JSON.parse(out[0]!)).toEqual({ config: JSON.parse(OURS) as unknown, notes: [{ path: expect.stringContaining('recipes') as unknown, message: expect.any(String) as unknown }] });
  });

  it('writes a file, and overwrites none without --force', async () => {
    const output = join(folder, 'net.mixed-precision.json');
    const argv = ['import', await file('conf.yaml', YAML), '--output', output];
    expect(await call(...argv)).toMatchObject({ code: 0, out: [] });
    expect(JSON.parse(await readFile(output, 'utf8'))).toEqual(JSON.parse(OURS));
    await writeFile(output, 'precious');
    expect(await call(...argv)).toMatchObject({ code: 1, error: [expect.stringContaining('The file exists already')] });
    expect(await readFile(output, 'utf8')).toBe('precious');
    expect(await call(...argv, '--force')).toMatchObject({ code: 0 });
    expect(JSON.parse(await readFile(output, 'utf8'))).toEqual(JSON.parse(OURS));
  });
});

describe('config export', () => {
  it.each([['inc-yaml', 'use_bf16: true'], ['inc-python', 'excluded_precisions=[],']])('prints %s that imports to the same config', async (format, line) => {
    const source = await file('ours.mixed-precision.json', OURS);
    const { code, out, error } = await call('export', source, '--format', format);
    expect({ code, error }).toEqual({ code: 0, error: [] });
    expect(out.join('\n')).toContain(line);
    const back = await file(format === 'inc-yaml' ? 'back.yaml' : 'back.py', `${out.join('\n')}\n`);
    const { config } = JSON.parse((await call('import', back, '--json')).out[0]!) as { config: object };
    expect(config).toMatchObject(JSON.parse(OURS) as object);
  });

  it('names the model after the file, and tells what has no counterpart', async () => {
    const { out, error } = await call('export', await file('net.mixed-precision.json', '{ "cast_placement": "none" }'), '--format', 'inc-yaml', '--json');
    expect((JSON.parse(out[0]!) as { text: string }).text).toContain('  name: "net"\n');
    expect(error).toEqual([expect.stringMatching(/^note: cast_placement: /)]);
  });

  it('writes a file, and overwrites none without --force', async () => {
    const target = await file('precious.yaml', 'precious');
    const argv = ['export', await file('ours.json', OURS), '--format', 'inc-yaml', '--output', target];
    expect(await call(...argv)).toMatchObject({ code: 1 });
    expect(await readFile(target, 'utf8')).toBe('precious');
    expect(await call(...argv, '--force')).toMatchObject({ code: 0, out: [] });
    expect(await readFile(target, 'utf8')).toContain('use_bf16: true');
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('what config is at fault for', () => {
  it('is one line with the file and the place', async () => {
    expect(await call('import', join(folder, 'nowhere.yaml'))).toMatchObject({ code: 1, out: [], error: [expect.stringContaining('nowhere.yaml: ')] });
    expect(await call('import', await file('broken.yaml', 'model: [')))
      .toMatchObject({ code: 1, out: [], error: [expect.stringMatching(/broken\.yaml: .*line \d/)] });
    expect(await call('export', await file('bad.json', '{ "use_bf17": true }'), '--format', 'inc-yaml'))
      .toMatchObject({ code: 1, out: [], error: [expect.stringMatching(/bad\.json: line 1: Unknown key "use_bf17"/)] });
  });

  it.each([[[]], [['import']], [['translate', 'x.yaml']], [['export', 'OURS']], [['export', 'OURS', '--format', 'onnx']], [['import', 'OURS', '--format', 'inc-yaml']]])(
    'config %j is a usage error', async (argv: string[]) => {
      const ours = await file('ours.json', OURS);
      expect(await call(...argv.map((argument) => (argument === 'OURS' ? ours : argument)))).toMatchObject({ code: 2, out: [] });
    });
});
