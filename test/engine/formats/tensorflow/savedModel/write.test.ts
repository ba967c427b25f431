import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SavedModel, type SignatureMessage } from '../../../../../src/engine/formats/tensorflow/savedModel/messages';
import { NO_PROGRESS } from '../../../../../src/engine/host';
import { createConversion, type Conversion } from '../../../../../src/engine/pipeline';
import { nodeHost } from '../../../../../src/worker/nodeHost';

const FIXTURES = 'test/fixtures/saved_models';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saved-model-'));
});
afterAll(() => rm(folder, { recursive: true }));

const path = (name: string): string => join(folder, name);

async function convert(model: string, config?: string): Promise<Conversion> {
  const conversion = createConversion(nodeHost(NO_PROGRESS));
  await conversion.open(model, { text: config, path: undefined });
  for (let phase = 0; phase < 3; phase++) await conversion.runPhase();
  return conversion;
}

interface Written {
  metaGraphs: { metaInfoDef: { tags: string[]; tensorflowVersion: string }; graphDef: { node: { name: string; op: string }[]; versions: { producer: number } }; signatureDef: Record<string, SignatureMessage> }[];
}

async function read(name: string): Promise<Written> {
  return SavedModel.decode(await readFile(join(path(name), 'saved_model.pb'))) as unknown as Written;
}

describe('a converted SavedModel', () => {
  it('is a folder again, with the signatures, tags and versions it had', async () => {
    const conversion = await convert(join(FIXTURES, 'digits_gru'), '{ "use_bf16": true, "bf16_ops": ["re:.*"] }');
    await conversion.save(`${path('digits')}/`, false);
    expect(await readdir(path('digits'))).toEqual(['saved_model.pb']);
    const original = SavedModel.decode(await readFile(join(FIXTURES, 'digits_gru', 'saved_model.pb'))) as unknown as Written;
    const [before, after] = [original.metaGraphs[0]!, (await read('digits')).metaGraphs[0]!];
    expect(after.metaInfoDef).toMatchObject({ tags: ['serve'], tensorflowVersion: before.metaInfoDef.tensorflowVersion });
    expect(after.graphDef.versions.producer).toBe(before.graphDef.versions.producer);
    expect(Object.keys(after.signatureDef)).toEqual(['serving_default', 'serve']);
    const names = new Set(after.graphDef.node.map(({ name }) => name));
    for (const [signature, made] of Object.entries(after.signatureDef)) {
      const given = before.signatureDef[signature]!;
      expect(made.methodName).toBe(given.methodName);
      for (const side of ['inputs', 'outputs'] as const) {
        expect(Object.keys(made[side])).toEqual(Object.keys(given[side]));
        for (const [name, { dtype, tensorShape }] of Object.entries(given[side])) expect(made[side][name]).toMatchObject({ dtype, tensorShape });
        for (const { name } of Object.values(made[side])) expect(names).toContain(name!.split(':')[0]);
      }
    }
  });

  it('opens again as the same graph, and so does its frozen graph', async () => {
    const conversion = await convert(join(FIXTURES, 'nested'));
    await conversion.save(path('nested'), false);
    await conversion.save(path('nested.pb'), false);
    const nodes = ({ graph }: Conversion): unknown[] => [...graph.nodes.values()].map(({ name, op, inputs, controlInputs }) => [name, op, inputs, controlInputs]);
    const [again, frozen] = [await convert(path('nested')), await convert(path('nested.pb'))];
    expect(again.format.name).toBe('TensorFlow SavedModel');
    expect(nodes(again)).toEqual(nodes(conversion));
    expect(nodes(frozen)).toEqual(nodes(conversion));
    expect(frozen.graph.outputs.map(({ value }) => value)).toEqual(conversion.graph.outputs.map(({ value }) => value));
  });

  it('is written under a name without extension or with .savedmodel, never under that of its main file', async () => {
    const conversion = await convert('media/samples/digits_cnn.pb');
    for (const name of ['plain', 'v1.savedmodel', 'slash.v2/']) {
      if (name === 'slash.v2/') await expect(conversion.save(path(name), false)).rejects.toThrow('This kind of file is not supported');
      else await conversion.save(path(name), false);
    }
    await expect(conversion.save(path('saved_model.pb'), false)).rejects.toThrow('A file of this name belongs into a folder with others');
    await expect(conversion.save(path('plain'), false)).rejects.toThrow('The folder exists already');
    const { inputs, outputs } = (await read('plain')).metaGraphs[0]!.signatureDef.serving_default!;
    expect(inputs).toMatchObject({ image: { name: 'image:0', dtype: 1 } });
    expect(outputs).toMatchObject({ Identity: { name: 'Identity:0', dtype: 1 } });
    expect((await convert(path('v1.savedmodel'))).graph.inputs.map(({ name }) => name)).toEqual(['image']);
  });
});
