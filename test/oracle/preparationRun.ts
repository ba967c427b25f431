// Preparation over the whole corpus: `node scripts/check-preparation.mjs [NAME_PART…]`. Both graphs run in TensorFlow, rule by rule.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_CONFIG, type Preparation } from '../../src/engine/config/config';
import { tensorflowDialect as dialect } from '../../src/engine/formats/tensorflow/dialect';
import { graphFromBytes } from '../../src/engine/formats/tensorflow/read';
import { withoutDanglingColocations } from '../../src/engine/formats/tensorflow/colocation';
import { writeGraphDef } from '../../src/engine/formats/tensorflow/write';
import { Rewriter } from '../../src/engine/graph/rewriter';
import { NO_PROGRESS } from '../../src/engine/host';
import { fusePadding } from '../../src/engine/phases/prepare/fusePadding';
import { prepare } from '../../src/engine/phases/prepare/prepare';
import { foldBatchNorm } from '../../src/engine/phases/prepare/foldBatchNorm';
import { MemorySink } from '../support/memoryFile';
import { corpusFolder, type CorpusEntry, graphDefs } from './corpus';
import { type Comparison, Judge } from './judge';

type Rule = keyof Preparation;
/** `random`: the original does not give the same outputs each time either. */
type Outcome = 'equal' | 'within' | 'random' | 'different' | 'refused' | 'not run';
/** How often the original is run beside itself before it passes for deterministic. */
const REPEATS = 8;

/** What rounding in another order may make of an output: relative RMS error. */
const TOLERANCE = 1e-4;
/** Those that rewrite the graph. */
const RULES = (Object.keys(DEFAULT_CONFIG.preparation) as Rule[]).filter((rule) => rule !== 'composite_ops');
const OFF = Object.fromEntries(Object.keys(DEFAULT_CONFIG.preparation).map((rule) => [rule, false])) as unknown as Preparation;

interface Result {
  readonly rule: Rule;
  readonly name: string;
  readonly changes: number;
  readonly outcome: Outcome;
  readonly detail?: string;
}

/** The rule applied wherever it can be, as bytes; undefined where it changes nothing. */
async function applied(rule: Rule, entry: CorpusEntry, file: string): Promise<{ readonly bytes: Uint8Array; readonly changes: number } | undefined> {
  const names = (values: object): string[] | undefined => (Object.keys(values).length > 0 ? Object.keys(values) : undefined);
  const graph = graphFromBytes(readFileSync(file), file, { inputs: names(entry.inputs), outputs: names(entry.outputs) }, NO_PROGRESS);
  const rewriter = new Rewriter(graph, 'quantize');
  prepare(rewriter, dialect, { ...OFF, [rule]: true }, NO_PROGRESS);
  if (rule === 'padding_fusion') fusePadding(rewriter, dialect, () => true, NO_PROGRESS);
  if (rule === 'batch_norm_folding') foldBatchNorm(rewriter, dialect, () => true, NO_PROGRESS);
  if (rewriter.changes.length === 0) return undefined;
  const sink = new MemorySink();
  await writeGraphDef(withoutDanglingColocations(rewriter.finish()), sink);
  return { bytes: sink.bytes(), changes: rewriter.changes.length };
}

async function check(rule: Rule, entry: CorpusEntry, folder: string, judge: Judge): Promise<Result | undefined> {
  const file = path.join(folder, entry.file);
  const made = await applied(rule, entry, file);
  if (made === undefined) return undefined;
  const written = path.resolve('test-results', 'prepared.pb');
  writeFileSync(written, made.bytes);
  const feeding = { inputs: entry.io === undefined ? '' : path.join(folder, entry.io), feeds: Object.keys(entry.inputs), fetches: Object.keys(entry.outputs) };
  const of = (outcome: Outcome, detail?: string): Result => ({ rule, name: entry.name, changes: made.changes, outcome, detail });
  try {
    await judge.ask('run', { model: file, ...feeding });
  } catch {
    return of('not run');
  }
  try {
    const { outputs } = await judge.ask('compare', { original: file, converted: written, ...feeding });
    const worst = worstOf(outputs);
    for (let repeat = 0; worst > TOLERANCE && repeat < REPEATS; repeat++) {
      const again = await judge.ask('compare', { original: file, converted: file, ...feeding });
      if (worstOf(again.outputs) > TOLERANCE) return of('random');
    }
    return of(worst === 0 ? 'equal' : worst <= TOLERANCE ? 'within' : 'different', worst === 0 ? undefined : worst.toExponential(1));
  } catch (error) {
    return of('refused', (error as Error).message.split('\n')[0]!.slice(0, 300));
  } finally {
    rmSync(written, { force: true });
  }
}

function worstOf(outputs: Comparison['outputs']): number {
  return Math.max(0, ...Object.values(outputs).map((output) => (output.equal ? 0 : (output.nonFiniteDiffer ?? 1) > 0 ? Infinity : (output.relativeRms ?? Infinity))));
}

export async function main(parts: readonly string[]): Promise<void> {
  const folder = corpusFolder();
  if (folder === undefined) throw new Error('No corpus: set MIXED_PRECISION_CORPUS to its folder.');
  mkdirSync('test-results', { recursive: true });
  const entries = graphDefs(folder).filter(({ name, status, outputs }) =>
    (status === 'match' || status === 'ran') && Object.keys(outputs).length > 0 && (parts.length === 0 || parts.some((part) => name.includes(part))));
  const results: Result[] = [];
  let judge = Judge.start(false);
  for (const [index, entry] of entries.entries()) {
    for (const rule of RULES) {
      if (judge.ended) judge = Judge.start(false);
      const result = await check(rule, entry, folder, judge);
      if (result !== undefined) results.push(result);
    }
    process.stderr.write(`\r${index + 1} of ${entries.length}  ${entry.name.padEnd(70).slice(0, 70)}`);
  }
  judge.close();
  process.stderr.write('\n');
  writeFileSync('test-results/preparation.json', JSON.stringify(results, undefined, 1));
  for (const rule of RULES) {
    const own = results.filter((result) => result.rule === rule);
    const count = (outcome: Outcome): string => `${own.filter((result) => result.outcome === outcome).length} ${outcome}`;
    const changes = own.reduce((sum, result) => sum + result.changes, 0);
    process.stdout.write(`${rule}: ${own.length} of ${entries.length} graphs, ${changes} changes; ${(['equal', 'within', 'random', 'different', 'refused', 'not run'] as const).map(count).join(', ')}\n`);
    for (const { name, outcome, detail } of own) if (outcome === 'different' || outcome === 'refused') process.stdout.write(`  ${outcome}: ${name} ${detail ?? ''}\n`);
  }
}
