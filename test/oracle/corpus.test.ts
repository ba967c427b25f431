// Models that others made. The whole corpus is run by scripts/check-corpus.mjs; here is every file's round trip and a sample of conversions.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { judges, workFolder } from './cases';
import { checkConversion, corpusFolder, graphDefs, roundTrip } from './corpus';

const folder = corpusFolder();
if (folder === undefined) console.warn('SKIPPED: no corpus of models. Set MIXED_PRECISION_CORPUS to its folder to run the tests of test/oracle/corpus.test.ts.');

const SAMPLE_STEP = 20;
/** Its outputs are buffers that TensorFlow leaves as it finds them, equal or not from run to run. */
const UNINITIALISED = 'migraphx/batchnorm_test';
const written = path.join(workFolder, 'corpus.pb');

describe.skipIf(folder === undefined)('corpus', () => {
  const entries = folder === undefined ? [] : graphDefs(folder);
  const sample = entries.filter(({ status }) => status === 'match' || status === 'ran').filter((_, index) => index % SAMPLE_STEP === 0)
    .filter(({ name }) => name !== UNINITIALISED);

  it('reads and writes every GraphDef as an equal message', async () => {
    const differences: string[] = [];
    for (const { name, file } of entries) {
      const difference = await roundTrip(path.join(folder!, file), written, judges[0]!);
      if (difference !== undefined) differences.push(`${name}: ${difference}`);
    }
    expect(differences).toEqual([]);
    expect(entries.length).toBeGreaterThan(800);
  });

  it.each(sample)('converts $name to BF16', async (entry) => {
    const { verdict, message } = await checkConversion(entry, folder!, written, judges);
    expect(['same', 'ill-conditioned', 'random'], message).toContain(verdict);
  });
});
