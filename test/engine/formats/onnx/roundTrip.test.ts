import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../../src/engine/formats/onnx/read';
import { writeOnnx } from '../../../../src/engine/formats/onnx/write';
import type { Graph } from '../../../../src/engine/graph/graph';
import { memorySource, MemorySink } from '../../../support/memoryFile';

async function written(graph: Graph): Promise<Buffer> {
  const sink = new MemorySink();
  await writeOnnx(graph, sink);
  return Buffer.from(sink.bytes());
}

describe('the model media/samples/digits.onnx', () => {
  const bytes = readFileSync('media/samples/digits.onnx');

  it('is written byte for byte', async () => {
    const graph = await readOnnx(memorySource(bytes), {});
    expect(graph.inputs).toEqual([{ name: 'image', value: { node: 'image', output: 0 }, dtype: 'float32', shape: [-1, 8, 8, 1] }]);
    expect(graph.outputs.map((output) => output.name)).toEqual(['Identity']);
    expect(bytes.equals(await written(graph))).toBe(true);
  });

  it('knows nodes by their own names, and values by the type variables of their ops', async () => {
    const graph = await readOnnx(memorySource(bytes), {});
    expect([...graph.nodes.keys()].filter((id) => id.startsWith('/digits/conv1'))).toEqual(['/digits/conv1/Conv_output_0', '/digits/conv1/BatchNormalization_output_0']);
    expect(graph.nodes.get('/digits/conv1/Conv_output_0')!.inputs).toEqual([{ node: '/digits/channels_first', output: 0 }, { node: 'conv1.weight', output: 0 }]);
  });
});

interface CorpusEntry { readonly kind: string; readonly file: string }

const CORPUS = process.env.MIXED_PRECISION_CORPUS ?? '../shared/corpus';
const hasCorpus = existsSync(join(CORPUS, 'manifest.json'));

describe.skipIf(!hasCorpus)(`the corpus in ${CORPUS}${hasCorpus ? '' : ' (skipped: not there)'}`, () => {
  const entries = hasCorpus ? (JSON.parse(readFileSync(join(CORPUS, 'manifest.json'), 'utf8')) as CorpusEntry[]) : [];
  const models = entries.filter((entry) => entry.kind === 'onnx');

  it('has every ONNX model written byte for byte', { timeout: 300_000 }, async () => {
    expect(models.length).toBeGreaterThan(1300);
    const unequal: string[] = [];
    for (const { file } of models) {
      const bytes = readFileSync(join(CORPUS, file));
      if (!bytes.equals(await written(await readOnnx(memorySource(bytes, file), {})))) unequal.push(file);
    }
    expect(unequal).toEqual([]);
  });
});
