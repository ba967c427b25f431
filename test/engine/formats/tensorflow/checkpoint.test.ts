import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensorflowDialect } from '../../../../src/engine/formats/tensorflow/dialect';
import { MetaGraphDef } from '../../../../src/engine/formats/tensorflow/savedModel/messages';
import { valueKey } from '../../../../src/engine/graph/graph';
import { type KernelRunner, NO_PROGRESS } from '../../../../src/engine/host';
import { type Conversion, createConversion } from '../../../../src/engine/pipeline';
import { runGraph } from '../../../../src/engine/runtime/executor';
import { nodeHost } from '../../../../src/worker/nodeHost';
import { startTestKernels } from '../../../worker/kernels';
import { arraysOf } from '../../../support/savedModelBuilder';

const FOLDER = 'test/fixtures/saved_models/checkpoint';
const FILE = join(FOLDER, 'model.ckpt.meta');

let folder: string;
let kernels: KernelRunner;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  kernels = await startTestKernels();
});
afterAll(async () => {
  await kernels.close();
  await rm(folder, { recursive: true });
});

async function open(path: string, config: object = {}): Promise<Conversion> {
  const conversion = createConversion(nodeHost(NO_PROGRESS));
  await conversion.open(path, { text: JSON.stringify(config), path: undefined });
  return conversion;
}

const names = (values: readonly { readonly name: string }[]): string[] => values.map(({ name }) => name);

describe('a checkpoint of TensorFlow 1', () => {
  it('gives what TensorFlow gave for the outputs that the config names, without what trains it', async () => {
    const { graph, format } = await open(FILE, { outputs: ['logits'] });
    expect(format.name).toBe('TensorFlow checkpoint');
    expect([names(graph.inputs), names(graph.outputs)]).toEqual([['x'], ['logits']]);
    expect([...new Set([...graph.nodes.values()].map(({ op }) => op))].sort()).toEqual(['BiasAdd', 'Const', 'Identity', 'MatMul', 'Placeholder']);
    const arrays = await arraysOf('test/fixtures/saved_models/checkpoint.npz');
    const feeds = new Map(graph.inputs.map(({ name, value }) => [valueKey(value), arrays.get(name)!]));
    const [found] = await runGraph({ graph, dialect: tensorflowDialect, feeds, fetches: graph.outputs.map(({ value }) => value), kernels });
    const expected = Array.from(arrays.get('logits')!.data as Float32Array);
    Array.from(found!.data as Float32Array).forEach((value, index) => expect(value).toBeCloseTo(expected[index]!, 5));
  });

  it('has as its outputs what only training reads, where the config names none', async () => {
    const { graph } = await open(FILE);
    expect([names(graph.inputs), names(graph.outputs)]).toEqual([['label', 'x'], ['loss']]);
  });

  it('is another graph for other outputs, and says which of them are none', async () => {
    const conversion = await open(FILE, { outputs: ['logits'] });
    const apply = (config: object) => conversion.setConfig({ text: JSON.stringify(config), path: undefined });
    expect((await apply({ outputs: ['nothing'] })).problems.map(({ path, message }) => [path, message])).toEqual([
      [['outputs'], '"outputs": the graph has no node "nothing". Name a node of the graph, or node:2 for its third output.'],
    ]);
    await apply({ outputs: ['loss'] });
    expect(names(conversion.graph.inputs)).toEqual(['label', 'x']);
  });

  it('may be text, and is written as a GraphDef or a SavedModel, not as a checkpoint', async () => {
    const { toText } = await import('protobufjs/ext/textformat');
    await cp(FOLDER, join(folder, 'text'), { recursive: true });
    const text = join(folder, 'text', 'model.ckpt.meta');
    await writeFile(text, toText(MetaGraphDef.reflected, MetaGraphDef.decode(await readFile(FILE))));
    const conversion = await open(text, { outputs: ['logits'], use_bf16: true, bf16_ops: ['re:.*'] });
    for (let phase = 0; phase < 3; phase++) await conversion.runPhase();
    for (const name of ['frozen.pb', 'saved']) {
      await conversion.save(join(folder, name), false);
      expect(names((await open(join(folder, name))).graph.outputs)).toEqual(['logits']);
    }
    await expect(conversion.save(join(folder, 'again.meta'), false)).rejects.toThrow('A model in the format TensorFlow checkpoint cannot be written as TensorFlow checkpoint');
  });

  it('is refused without its variables, and where the file is something else', async () => {
    await cp(FILE, join(folder, 'alone.meta'));
    await expect(open(join(folder, 'alone.meta'))).rejects.toMatchObject({ message: expect.stringContaining('no such file') as string, place: { hint: 'Copy or export the whole model again, with the files of its variables' } });
    await writeFile(join(folder, 'unity.meta'), 'fileFormatVersion: 2\nguid: 0123456789abcdef\n');
    await expect(open(join(folder, 'unity.meta'))).rejects.toThrow('not the graph of a TensorFlow checkpoint');
  });
});
