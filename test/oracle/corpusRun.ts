// The run over the whole corpus: `node scripts/check-corpus.mjs`. Results are appended as they come, so a run can be continued.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkConversion, corpusFolder, graphDefs, roundTrip, type ConversionResult, type CorpusEntry } from './corpus';
import { summary } from './corpusSummary';
import { Judge } from './judge';
import { openResultLog } from './resultLog';

export interface EntryResult {
  readonly name: string;
  /** Absent when the message came out equal. */
  readonly roundTripDifference?: string;
  /** Only for entries that TensorFlow runs. */
  readonly conversion?: ConversionResult;
}

const results = path.resolve('test-results');
const WORKERS = 2;

/** TensorFlow processes, started again when a model brings one down. */
class Judges {
  private current = [Judge.start(false), Judge.start(true)];

  async with<T>(work: (judges: readonly Judge[]) => Promise<T>): Promise<T> {
    const used = this.current;
    try {
      return await work(used);
    } catch (error) {
      if (this.current === used && used.some(({ ended }) => ended)) {
        this.close();
        this.current = [Judge.start(false), Judge.start(true)];
      }
      throw error;
    }
  }

  close(): void {
    for (const judge of this.current) judge.close();
  }
}

async function checkEntry(entry: CorpusEntry, folder: string, judges: readonly Judge[]): Promise<EntryResult> {
  const written = path.join(results, `corpus-${entry.name.replaceAll('/', '-')}.pb`);
  const roundTripDifference = await roundTrip(path.join(folder, entry.file), written, judges[0]!);
  const runs = entry.status === 'match' || entry.status === 'ran';
  return {
    name: entry.name,
    ...(roundTripDifference === undefined ? {} : { roundTripDifference }),
    ...(runs ? { conversion: await checkConversion(entry, folder, written, judges) } : {}),
  };
}

const GOOD = new Set(['same', 'ill-conditioned', 'random']);

/** `--fresh` starts over; `--again` repeats what failed; other arguments choose entries by a part of their name. */
export async function main(args: readonly string[]): Promise<void> {
  const folder = corpusFolder();
  if (folder === undefined) throw new Error('No corpus: set MIXED_PRECISION_CORPUS to its folder.');
  const log = openResultLog<EntryResult>(path.join(results, 'corpus.jsonl'), args.includes('--fresh'));
  const parts = args.filter((arg) => !arg.startsWith('--'));
  const entries = graphDefs(folder);
  const isDone = (result: EntryResult | undefined) =>
    result !== undefined && !(args.includes('--again') && (result.roundTripDifference !== undefined || (result.conversion !== undefined && !GOOD.has(result.conversion.verdict))));
  const waiting = entries.filter(({ name }) => (parts.length > 0 ? parts.some((part) => name.includes(part)) : !isDone(log.done.get(name))));
  const total = waiting.length;
  const judges = new Judges();
  const worker = async () => {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      const current = entry;
      const result = await judges.with((pair) => checkEntry(current, folder, pair)).catch((error: Error): EntryResult => ({
        name: current.name,
        conversion: { verdict: 'invalid', message: error.message, possible: 0, missing: [], gone: 0, largestRelativeRms: 0 },
      }));
      log.add(result);
      process.stderr.write(`\r${total - waiting.length} of ${total}  ${result.name.padEnd(70).slice(0, 70)}`);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  judges.close();
  process.stderr.write('\n');
  const all = entries.map(({ name }) => log.done.get(name)).filter((result) => result !== undefined);
  writeFileSync(path.join(results, 'corpus.json'), JSON.stringify(all, undefined, 1));
  const text = summary(all);
  writeFileSync(path.join(results, 'corpus.md'), text);
  process.stdout.write(text);
}
