import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { graphFromBytes } from '../../src/engine/formats/tensorflow/read';
import { writeGraphDef } from '../../src/engine/formats/tensorflow/write';
import { NO_PROGRESS } from '../../src/engine/host';
import { EngineClient } from '../../src/worker/engineClient';
import { MemorySink } from '../support/memoryFile';
import type { ErrorStatistics, Judge } from './judge';

/** An entry of the corpus's manifest, as far as these checks read it. */
export interface CorpusEntry {
  readonly name: string;
  readonly kind: string;
  readonly file: string;
  /** Arrays `in:NAME` and `out:NAME`; absent where nothing is fetched. */
  readonly io?: string;
  readonly status: 'match' | 'ran' | 'mismatch' | 'random' | 'error';
  readonly nodes: number;
  /** Inputs to feed and outputs to fetch, by tensor name: [type, shape]. Without any, TensorFlow has just loaded the graph. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface MissingBf16 {
  readonly node: string;
  readonly op: string;
  readonly attribute: string;
  /** Why the converter says the node is not BF16. */
  readonly reason: string;
}

/**
 * `same`: within tolerance. `ill-conditioned`: rounding the same values while computing in float32 changes the outputs as much.
 * `random`: beyond that, but the original is not deterministic. `inaccurate`: none of these. `invalid`: TensorFlow refuses the written file.
 * `refused`: the converter refused the model. `not run`: TensorFlow cannot run the original either.
 */
export type Verdict = 'same' | 'ill-conditioned' | 'random' | 'inaccurate' | 'invalid' | 'refused' | 'not run';

export interface ConversionResult {
  readonly verdict: Verdict;
  readonly message?: string;
  /** Type attributes that could be BF16 by TensorFlow's kernel registry. */
  readonly possible: number;
  readonly missing: readonly MissingBf16[];
  /** Of the possible ones, how many belong to nodes that are no longer in the graph: folded, or read by nobody. */
  readonly gone: number;
  readonly largestRelativeRms: number;
}

/** MIXED_PRECISION_CORPUS, or ../shared/corpus beside the repository; undefined where neither is there. */
export function corpusFolder(): string | undefined {
  const folder = path.resolve(process.env['MIXED_PRECISION_CORPUS'] ?? '../shared/corpus');
  return existsSync(path.join(folder, 'manifest.json')) ? folder : undefined;
}

export function graphDefs(folder: string): CorpusEntry[] {
  const entries = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as CorpusEntry[];
  return entries.filter(({ kind }) => kind === 'graphdef').sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Reads and writes a file unchanged: undefined when the messages are equal, otherwise where they differ or what was refused. */
export async function roundTrip(file: string, written: string, judge: Judge): Promise<string | undefined> {
  try {
    const sink = new MemorySink();
    await writeGraphDef(graphFromBytes(readFileSync(file), file, {}, NO_PROGRESS), sink);
    await writeFile(written, sink.bytes());
    const { equal, difference } = await judge.ask('equal', { first: file, second: written });
    return equal ? undefined : (difference ?? 'different');
  } catch (error) {
    return (error as Error).message;
  } finally {
    await rm(written, { force: true });
  }
}

interface Conversion {
  /** Why a node has its precision, by its name in the opened file. */
  reasonFor(node: string): Promise<string>;
  close(): void;
}

/** Converts to BF16 wherever that is allowed, in the engine's worker as the editor does. */
async function convertToBf16(entry: CorpusEntry, file: string, output: string): Promise<Conversion> {
  const engine = new EngineClient(path.resolve('dist/engineWorker.js'), { onProgress: () => {}, onStopped: () => {} }, 'views');
  try {
    const [inputs, outputs] = [namesOrDefault(entry.inputs), namesOrDefault(entry.outputs)];
    const config = { use_bf16: true, bf16_ops: ['re:.*'], inputs, outputs };
    await engine.call('open', file, { text: JSON.stringify(config), path: undefined });
    for (let phase = 0; phase < 3; phase++) await engine.call('runPhase');
    await engine.call('save', output, true);
  } catch (error) {
    engine.dispose();
    throw error;
  }
  return {
    reasonFor: async (node) => {
      try {
        return (await engine.call('details', node, 3)).why.text;
      } catch (error) {
        return `(${(error as Error).message})`;
      }
    },
    close: () => engine.dispose(),
  };
}

/** Without names the converter's own default applies. */
function namesOrDefault(values: Readonly<Record<string, unknown>>): string[] | undefined {
  const names = Object.keys(values);
  return names.length > 0 ? names : undefined;
}

/** A few roundings in a row; beyond it the emulated conversion decides. */
const TOLERANCE = 0.02;
/** How much larger the error may be than the emulated one, which computes in float32 between roundings. */
const OVER_EMULATED = 2;

function within(output: ErrorStatistics, emulated: ErrorStatistics): Verdict {
  if (output.equal) return 'same';
  const { relativeRms, nonFiniteDiffer = 0, dtypes, shapes } = output;
  if (dtypes[0] !== dtypes[1]) return 'inaccurate';
  if (relativeRms === undefined || nonFiniteDiffer > 0 || shapes[0].join() !== shapes[1].join()) return emulated.equal ? 'inaccurate' : 'ill-conditioned';
  if (relativeRms <= TOLERANCE) return 'same';
  return relativeRms <= OVER_EMULATED * (emulated.relativeRms ?? 0) ? 'ill-conditioned' : 'inaccurate';
}

const ORDER: readonly Verdict[] = ['same', 'ill-conditioned', 'random', 'inaccurate'];

/** Converts one entry to BF16 and asks TensorFlow, with oneDNN off and on, whether the result is the same model. */
export async function checkConversion(entry: CorpusEntry, folder: string, written: string, judges: readonly Judge[]): Promise<ConversionResult> {
  const file = path.join(folder, entry.file);
  const feeding = { inputs: entry.io === undefined ? '' : path.join(folder, entry.io), feeds: Object.keys(entry.inputs), fetches: Object.keys(entry.outputs) };
  const nothing = { possible: 0, missing: [], gone: 0, largestRelativeRms: 0 };
  const [judge] = judges as [Judge];
  let conversion: Conversion;
  try {
    conversion = await convertToBf16(entry, file, written);
  } catch (error) {
    return { ...nothing, verdict: 'refused', message: (error as Error).message };
  }
  try {
    const { possible, missing, converted, gone } = await judge.ask('coverage', { original: file, written, fed: feeding.feeds });
    const explained = await Promise.all(missing.map(async (item) => ({ ...item, reason: await conversion.reasonFor(item.node) })));
    return { possible, missing: explained, gone: gone.length, ...(await judgeOutputs(file, written, feeding, converted, judges)) };
  } finally {
    conversion.close();
    await rm(written, { force: true });
  }
}

type Feeding = { inputs: string; feeds: string[]; fetches: string[] };

type Judgement = Pick<ConversionResult, 'verdict' | 'message' | 'largestRelativeRms'>;

async function judgeOutputs(file: string, written: string, feeding: Feeding, converted: readonly string[], judges: readonly Judge[]): Promise<Judgement> {
  let verdict: Verdict = 'same';
  let largestRelativeRms = 0;
  let message: string | undefined;
  for (const judge of judges) {
    let emulated, comparison;
    try {
      emulated = await judge.ask('emulate', { model: file, converted, ...feeding });
    } catch (error) {
      return { verdict: 'not run', message: (error as Error).message, largestRelativeRms };
    }
    try {
      comparison = await judge.ask('compare', { original: file, converted: written, ...feeding });
    } catch (error) {
      return { verdict: 'invalid', message: (error as Error).message, largestRelativeRms };
    }
    for (const [name, output] of Object.entries(comparison.outputs)) {
      const found = within(output, emulated.outputs[name]!);
      const own = found === 'inaccurate' && !emulated.deterministic ? 'random' : found;
      largestRelativeRms = Math.max(largestRelativeRms, output.relativeRms ?? 0);
      if (ORDER.indexOf(own) <= ORDER.indexOf(verdict)) continue;
      verdict = own;
      message = `${name}: ${describeError(output)}; emulated: ${describeError(emulated.outputs[name]!)}`;
    }
  }
  return { verdict, largestRelativeRms, ...(message === undefined ? {} : { message }) };
}

function describeError({ relativeRms, differing, size, nonFiniteDiffer, dtypes, shapes, equal }: ErrorStatistics): string {
  if (equal) return 'equal';
  if (dtypes[0] !== dtypes[1]) return `type ${dtypes[1]} instead of ${dtypes[0]}`;
  if (shapes[0].join() !== shapes[1].join()) return `shape [${shapes[1]}] instead of [${shapes[0]}]`;
  if (relativeRms === undefined) return `${differing ?? '?'} of ${size ?? '?'} differ`;
  return `relative RMS ${relativeRms.toPrecision(2)}${nonFiniteDiffer ? `, ${nonFiniteDiffer} not finite in one only` : ''}`;
}
