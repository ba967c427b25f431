import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pythonPath } from './judge';

/** One scenario of a model; see scenarios.py. */
export interface PlacementCase {
  readonly scenario: string;
  readonly seed: number;
  /** The model that ops were chosen from. */
  readonly opened: string;
  /** The file to convert, and the config to convert it with. */
  readonly model: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly outputs: readonly string[];
}

/** The fewest Casts possible, and how few and how many BF16 ops there can be with them. */
export interface Optimum {
  readonly casts: number;
  readonly fewestBf16: number;
  readonly mostBf16: number;
}

interface Commands {
  cases: {
    arguments: { model: string; inputs: string; folder: string; names: readonly string[]; seeds: readonly number[] };
    result: readonly PlacementCase[];
  };
  optimum: { arguments: { opened: string; scenario: string; seed: number; unconverted: string }; result: Optimum };
  placed: { arguments: { model: string }; result: { casts: number; bf16Ops: number } };
}

/** Asks placement.py the same question of several models; it solves them by SciPy, with what TensorFlow registers. */
export async function askPlacement<Name extends keyof Commands>(
  command: Name, questions: readonly Commands[Name]['arguments'][],
): Promise<Commands[Name]['result'][]> {
  const requests = questions.map((question) => ({ command, ...question }));
  const env = { ...process.env, TF_ENABLE_ONEDNN_OPTS: '0', PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(pythonPath(), [path.resolve('test/oracle/placement.py')], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4000)));
  child.stdin.end(JSON.stringify(requests));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`placement.py exited with ${String(code)}: ${stderr}`);
  return JSON.parse(stdout) as Commands[Name]['result'][];
}

interface Schema {
  readonly properties: { readonly sensitive_ops: { readonly properties: Readonly<Record<string, unknown>> } };
}

/** `sensitive_ops` with every pattern treated as other ops are, as TensorFlow's lists have it. */
export function noSensitiveOps(): Record<string, 'auto'> {
  const schema = JSON.parse(readFileSync('media/mixed-precision.schema.json', 'utf8')) as Schema;
  return Object.fromEntries(Object.keys(schema.properties.sensitive_ops.properties).map((name) => [name, 'auto']));
}
