import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NO_PROGRESS } from '../../src/engine/host';
import { createConversion } from '../../src/engine/pipeline';
import { nodeHost } from '../../src/worker/nodeHost';
import { outcomeOf, rangesOf, runToTheEnd } from '../support/outcomes';
import { memorySource } from '../support/memoryFile';

const CORPUS = resolve(process.env.MIXED_PRECISION_CORPUS ?? '../shared/corpus');

interface Entry {
  readonly name: string;
  readonly kind: string;
  readonly file: string;
  readonly nodes: number;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** How many to try: those of most nodes, where there is most to choose. */
const MODELS = 100;

const CONFIGS = [
  { use_bf16: true },
  { use_bf16: true, calibration: { ranges: 'ranges.json' }, cast_cost: 'bytes' },
  { use_bf16: true, bf16_ops: ['re:.*'], sensitive_ops: { softmax: 'auto', normalization: 'auto' }, cast_placement: 'depth_first' },
];

function models(): Entry[] {
  const entries = JSON.parse(readFileSync(join(CORPUS, 'manifest.json'), 'utf8')) as Entry[];
  return entries.filter(({ kind }) => kind === 'graphdef').sort((a, b) => b.nodes - a.nodes || (a.name < b.name ? -1 : 1)).slice(0, MODELS);
}

const present = existsSync(join(CORPUS, 'manifest.json'));
if (!present) console.log(`Skipping the corpus: no folder ${CORPUS} (set MIXED_PRECISION_CORPUS)`);

describe.skipIf(!present)('what-if of the corpus', () => {
  let ranges = new Uint8Array();
  const files = nodeHost(NO_PROGRESS);
  const conversion = createConversion({
    ...files, openSource: async (path) => (path.endsWith('ranges.json') ? memorySource(ranges, path) : files.openSource(path)),
  });
  afterAll(() => conversion.close());

  const entries = present ? models() : [];

  it('is tried on many models', () => expect(entries).toHaveLength(MODELS));

  it.each(entries)('is what the phases make of $name', async ({ file, inputs, outputs }) => {
    const names = (values: object): string[] | undefined => (Object.keys(values).length > 0 ? Object.keys(values) : undefined);
    const source = (config: object) => ({ text: JSON.stringify({ ...config, inputs: names(inputs), outputs: names(outputs) }), path: undefined });
    const path = join(CORPUS, file);
    await conversion.open(path, source({}));
    ranges = new TextEncoder().encode(JSON.stringify(rangesOf([...conversion.graph.nodes.keys()])));
    for (const config of CONFIGS) {
      const predicted = await conversion.preview(source(config));
      await conversion.setConfig(source(config));
      await runToTheEnd(conversion);
      expect(predicted, JSON.stringify(config)).toEqual(await outcomeOf(conversion));
    }
  });
});
