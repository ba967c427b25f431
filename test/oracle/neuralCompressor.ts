import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Options of an op's activation or weight; null where a schema fills in that there are none. */
export type IncTensor = { readonly dtype?: readonly string[] | null; readonly granularity?: readonly string[] | null; readonly algorithm?: readonly string[] | null } | null;
export type IncOps = Readonly<Record<string, { readonly activation?: IncTensor; readonly weight?: IncTensor }>>;

/** What Neural Compressor 2.x read in a config, of either interface. */
export interface IncConfig {
  readonly kind: 'Conf' | 'PostTrainingQuantConfig' | 'MixedPrecisionConfig' | 'QuantizationConfig';
  readonly use_bf16: boolean;
  readonly precisions: readonly string[] | null;
  readonly approach: string | null;
  readonly sampling_size: readonly number[] | null;
  /** YAML only. */
  readonly model_wise?: { readonly activation?: IncTensor; readonly weight?: IncTensor };
  readonly op_types: IncOps;
  readonly op_names: IncOps;
  readonly accuracy_criterion: Readonly<Record<string, number>>;
  readonly model?: { readonly name: string; readonly framework: string };
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What Neural Compressor 3.x read in a script; `local` are the names and patterns it says more of. */
export interface StaticQuantConfig {
  readonly kind: 'StaticQuantConfig';
  readonly weight_granularity: string;
  readonly local: readonly string[];
}

interface Commands {
  read_yaml: { arguments: { path: string }; result: IncConfig };
  read_python: { arguments: { path: string }; result: IncConfig | StaticQuantConfig };
  mapping: { arguments: { path: string; ops: readonly (readonly [name: string, type: string])[] }; result: readonly (string | readonly string[])[] };
  fullmatch: { arguments: { patterns: readonly string[]; names: readonly string[] }; result: readonly (readonly string[])[] };
  start: { arguments: { op_types: IncOps; op_names: IncOps }; result: Readonly<Record<string, 'static' | 'bf16' | 'fp32'>> };
}

export type Version = '2.0' | '2.6' | '3.9';

/** Questions to one version of Neural Compressor, answered by its own code; see inc_config.py. Throws for the first it refuses. */
export function askNeuralCompressor<Name extends keyof Commands>(version: Version, command: Name, questions: readonly Commands[Name]['arguments'][]): Commands[Name]['result'][] {
  const folder = path.resolve('.cache/neural-compressor');
  const python = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  if (!existsSync(python)) throw new Error(`No Neural Compressor at ${folder}: run "npm test -- oracle", which installs it.`);
  const answer = execFileSync(python, [path.resolve('test/oracle/inc_config.py'), path.join(folder, version)], {
    input: JSON.stringify(questions.map((question) => [command, question])),
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['pipe', 'pipe', 'ignore'],
    maxBuffer: 2 ** 26,
  });
  return (JSON.parse(answer) as { result?: unknown; error?: string }[]).map(({ result, error }, index) => {
    if (error !== undefined) throw new Error(`Neural Compressor ${version} refuses ${JSON.stringify(questions[index])}: ${error}`);
    return result as Commands[Name]['result'];
  });
}
