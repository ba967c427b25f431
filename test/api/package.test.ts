import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildInto, importFrom, temporaryFolder } from './built';

/** A program that uses all of the API, as TypeScript. */
const PROGRAM = `
import { type Change, type Config, defaultConfig, type Outcome, type Plan, Quantization, readConfig, type Snapshot, UserError } from 'mixed-precision';

const config: Config = defaultConfig();
config.use_bf16 = true;
config.bf16_ops = ['MatMul'];
config.op_name_dict['head/.*'] = ['bf16', 'fp32'];
config.calibration.data = 'train.npz';
// @ts-expect-error -- no such precision
config.op_type_dict.Conv2D = 'fp16';
// @ts-expect-error -- no such key
config.use_bf61 = true;

export async function convert(): Promise<void> {
  await using quantization = new Quantization(await readConfig('a.json'), { onProgress: ({ message, fraction = 0 }) => console.log(message, fraction.toFixed()) });
  const plan: Plan = await quantization.load('model.pb', { signal: AbortSignal.timeout(1000) });
  const snapshot: Snapshot = await quantization.runPhase();
  const changes: readonly Change[] = await quantization.changes(snapshot.phase);
  const outcome: Outcome = await quantization.preview(config);
  const { why, inputs } = await quantization.details(changes[0]!.added[0]!);
  console.log(plan.warnings[0]?.node, outcome.casts.lowerBound, why.text, inputs[0]?.range?.min);
  await quantization.save('out.pb', { overwrite: true }).catch((error: unknown) => {
    if (error instanceof UserError) console.log(error.place.hint, error.oneLine);
  });
  // @ts-expect-error -- no such phase
  await quantization.changes('int8');
}
`;

/** An extension that uses the one of ours, as TypeScript that is compiled to CommonJS. */
const EXTENSION = `
import type * as MixedPrecision from 'mixed-precision' with { 'resolution-mode': 'import' };

declare function activate(): Promise<typeof MixedPrecision>;
export async function convert(): Promise<number> {
  const { defaultConfig, Quantization } = await activate();
  const quantization: MixedPrecision.Quantization = new Quantization(defaultConfig(), { directory: '/models' });
  return (await quantization.run()).length;
}
`;

const folder = temporaryFolder();
const installed = join(folder, 'node_modules', 'mixed-precision');
let packed: string[];
beforeAll(() => {
  const source = join(folder, 'source'); // As a checkout, with what has to stay out.
  for (const name of ['package.json', '.npmignore', 'README.md', 'LICENSE', 'media', 'examples', 'src', 'webview']) cpSync(name, join(source, name), { recursive: true });
  buildInto(join(source, 'dist'));
  const npm = (...args: string[]) => execFileSync('npm', args, { cwd: source, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], shell: process.platform === 'win32' });
  const [{ filename, files }] = JSON.parse(npm('pack', '--json', '--ignore-scripts')) as [{ filename: string; files: { path: string }[] }];
  packed = files.map(({ path }) => path);
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(source, filename), '--strip-components=1', '-C', installed]);
});

describe('the package for npm', () => {
  it('holds what it runs and nothing else', () => {
    const samples = readdirSync('media/samples').map((name) => `media/samples/${name}`);
    expect(packed.sort()).toEqual([
      'LICENSE', 'README.md', 'package.json', 'examples/convert.mjs', 'media/mixed-precision.schema.json', ...samples,
      ...readdirSync('src/worker/python', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.py')).map((name) => `dist/python/${name.replaceAll('\\', '/')}`),
      ...['cli.js', 'cliThread.js', 'engineWorker.js', 'index.d.mts', 'index.mjs', 'kernelProcess.js', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'].map((name) => `dist/${name}`),
    ].sort());
  });

  it('exports what it declares', async () => {
    const values = Object.keys(await importFrom(join(installed, 'dist')));
    const declarations = readFileSync(join(installed, 'dist', 'index.d.mts'), 'utf8');
    const declared = /export \{ (.*) \};\n$/.exec(declarations)![1]!.split(', ').filter((name) => !name.startsWith('type '));
    expect(declared.sort()).toEqual(values.sort());
    expect(declarations).not.toMatch(/\bimport\b|\bfrom '/);
  });

  it.each([
    ['a program for Node', 'program.mts', PROGRAM, { module: 'node16', lib: ['ES2022'], types: ['node'] }],
    ['a program bundled for elsewhere', 'program.mts', PROGRAM, { module: 'ESNext', moduleResolution: 'bundler', lib: ['ES2022', 'DOM'], types: [] }],
    ['an extension in CommonJS', 'extension.cts', EXTENSION, { module: 'node16', lib: ['ES2022'], types: ['node'] }],
  ])('has types for %s', (_, name, text, options) => {
    writeFileSync(join(folder, name), text);
    const config = { compilerOptions: { strict: true, noEmit: true, skipLibCheck: false, target: 'ES2022', typeRoots: [resolve('node_modules/@types')], ...options }, files: [name] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    expect(output('node_modules/typescript/bin/tsc', '-p', folder)).toBe('');
  });

  it('runs its example', () => {
    const target = join(folder, 'mixed.pb');
    const text = output(join(installed, 'examples', 'convert.mjs'), target);
    expect(text).toMatch(/'quantize'.*\n.*'bf16'.*\n.*'optimize'/);
    expect(text).toMatch(/The phase bf16 made [1-9]\d* changes, such as convert-to-bf16: /);
    expect(text).toMatch(/With Conv2D in BF16 it would be [1-9]\d* BF16 and \d+ INT8 ops, and \d+ Casts/);
    expect(existsSync(target)).toBe(true);
  });

  it('shows the example in its README', () => {
    const [, code] = /^## Use it from Node$.*?^```js\n(.*?)^```$/ms.exec(readFileSync(join(installed, 'README.md'), 'utf8'))!;
    expect(readFileSync(join(installed, 'examples', 'convert.mjs'), 'utf8')).toContain(code);
  });
});

/** What a module prints; where it fails, what it complains about. */
function output(module: string, ...args: string[]): string {
  try {
    return execFileSync(process.execPath, [module, ...args], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}`;
  }
}
