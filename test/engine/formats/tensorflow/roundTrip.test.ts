import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Long from 'long';
import { describe, expect, it } from 'vitest';
import { GraphDef } from '../../../../src/engine/formats/tensorflow/messages';
import { readGraphDef } from '../../../../src/engine/formats/tensorflow/read';
import { readGraphDefText, writeGraphDefText } from '../../../../src/engine/formats/tensorflow/text';
import { writeGraphDef } from '../../../../src/engine/formats/tensorflow/write';
import { CancelledError } from '../../../../src/engine/errors';
import type { Graph } from '../../../../src/engine/graph/graph';
import { buildBytes, constant, type NodeSpec } from '../../../support/graphBuilder';
import { memorySource, MemorySink } from '../../../support/memoryFile';

async function written(graph: Graph, write: typeof writeGraphDef): Promise<Buffer> {
  const sink = new MemorySink();
  await write(graph, sink);
  return Buffer.from(sink.bytes());
}

const SAMPLES = ['digits_cnn', 'digits_transformer', 'digits_gru'];

describe.each(SAMPLES)('the sample %s', (name) => {
  const bytes = readFileSync(`media/samples/${name}.pb`);

  it('is written byte for byte', async () => {
    const graph = await readGraphDef(memorySource(bytes));
    expect(graph.inputs.map((input) => input.name)).toEqual(['image']);
    expect(graph.outputs.map((output) => output.name)).toEqual(['Identity']);
    expect(bytes.equals(await written(graph, writeGraphDef))).toBe(true);
  });

  it('is the same message after going through text', async () => {
    const text = await written(await readGraphDef(memorySource(bytes)), writeGraphDefText);
    const graph = await readGraphDefText(memorySource(text, `${name}.pbtxt`));
    expect(canonical(await written(graph, writeGraphDef)).equals(canonical(bytes))).toBe(true);
  });
});

describe('a graph of 100,000 nodes', () => {
  const nodes: NodeSpec[] = [constant('n0', 'float32', [2], [1, 2])];
  for (let i = 1; i < 100_000; i++) nodes.push({ name: `n${i}`, op: 'Relu', inputs: [`n${i - 1}`], attrs: { T: 'float32' } });
  const bytes = Buffer.from(buildBytes(nodes));

  it('is written byte for byte', async () => {
    const graph = await readGraphDef(memorySource(bytes));
    expect(graph.nodes.size).toBe(100_000);
    expect(graph.outputs.map((output) => output.name)).toEqual(['n99999']);
    expect(bytes.equals(await written(graph, writeGraphDef))).toBe(true);
  });

  it('can be cancelled while it is decoded', async () => {
    let calls = 0;
    const progress = { report: () => {}, throwIfCancelled: () => { if (++calls > 10) throw new CancelledError(); } };
    await expect(readGraphDef(memorySource(bytes), {}, progress)).rejects.toBeInstanceOf(CancelledError);
    expect(calls).toBe(11);
  });
});

interface CorpusEntry { readonly kind: string; readonly file: string; readonly nodes: number }

const CORPUS = process.env.MIXED_PRECISION_CORPUS ?? '../shared/corpus';
const hasCorpus = existsSync(join(CORPUS, 'manifest.json'));

describe.skipIf(!hasCorpus)(`the corpus in ${CORPUS}${hasCorpus ? '' : ' (skipped: not there)'}`, () => {
  const entries = hasCorpus ? (JSON.parse(readFileSync(join(CORPUS, 'manifest.json'), 'utf8')) as CorpusEntry[]) : [];
  const graphs = entries.filter((entry) => entry.kind === 'graphdef');

  it('has every GraphDef written byte for byte, as text too', { timeout: 300_000 }, async () => {
    expect(graphs.length).toBeGreaterThan(900);
    const unequal: string[] = [];
    for (const { file, nodes } of graphs) {
      const bytes = readFileSync(join(CORPUS, file));
      const graph = await readGraphDef(memorySource(bytes, file));
      if (graph.nodes.size !== nodes || !bytes.equals(await written(graph, writeGraphDef))) unequal.push(file);
      const text = await written(graph, writeGraphDefText);
      const again = await written(await readGraphDefText(memorySource(text, file)), writeGraphDef);
      if (!canonical(again).equals(canonical(bytes))) unequal.push(`${file} as text`);
    }
    expect(unequal).toEqual([]);
  });
});

/** The message with its map entries in alphabetical order, as the text form has them; quicker to compare than objects. */
function canonical(bytes: Uint8Array): Buffer {
  return Buffer.from(GraphDef.encode(sorted(GraphDef.toObject(GraphDef.decode(bytes))) as object).finish());
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Long.isLong(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, sorted(entry)]));
}
