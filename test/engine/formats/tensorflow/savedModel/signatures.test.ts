import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpz } from '../../../../../src/engine/data/npz';
import { UserError } from '../../../../../src/engine/errors';
import { SavedModel, type SignatureMessage } from '../../../../../src/engine/formats/tensorflow/savedModel/messages';
import { remarksOn } from '../../../../../src/engine/formats/tensorflow/savedModel/remarks';
import { type KernelRunner, NO_PROGRESS } from '../../../../../src/engine/host';
import { type Conversion, createConversion } from '../../../../../src/engine/pipeline';
import { nodeHost } from '../../../../../src/worker/nodeHost';
import { startTestKernels } from '../../../../worker/kernels';
import { constant, type NodeSpec, placeholder, tensor } from '../../../../support/graphBuilder';
import { buildSavedModel, call, type FunctionSpec, openBuilt, type SavedModelSpec } from '../../../../support/savedModelBuilder';

let folder: string;
let kernels: KernelRunner;
beforeAll(async () => {
  kernels = await startTestKernels();
  folder = await mkdtemp(join(tmpdir(), 'signatures-'));
});
afterAll(async () => {
  await kernels.close();
  await rm(folder, { recursive: true });
});

/** Opens a built SavedModel as one on disk; the config may name files of the folder. */
async function open(name: string, config: object, ...graphs: readonly SavedModelSpec[]): Promise<Conversion> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'saved_model.pb'), buildSavedModel(...graphs));
  const conversion = createConversion({ ...nodeHost(NO_PROGRESS), startKernels: async () => kernels });
  await conversion.open(join(folder, name), { text: JSON.stringify(config), path: join(folder, 'config.json') });
  return conversion;
}

const relu = (name: string, input: string): NodeSpec => ({ name, op: 'Relu', inputs: [input], attrs: { T: 'float32' } });
const matMul = (name: string, ...inputs: readonly string[]): NodeSpec => ({ name, op: 'MatMul', inputs, attrs: { T: 'float32' } });
const input = (name: string): NodeSpec => placeholder(name, 'float32', [-1, 4]);
const weights = constant('weights', 'float32', [4, 4], Array.from({ length: 16 }, (_, index) => index / 8 - 1));

/** Two signatures with inputs of one name and weights in common, and one that has an input of its own beside. */
const HEADS: SavedModelSpec = {
  nodes: [
    input('serving_default_x'), input('encode_x'), input('encode_mask'), weights,
    matMul('first', 'serving_default_x', 'weights'), matMul('second', 'encode_x', 'weights'),
    { name: 'masked', op: 'Mul', inputs: ['second', 'encode_mask'], attrs: { T: 'float32' } },
  ],
  signatures: {
    encode: { inputs: { x: 'encode_x:0', mask: 'encode_mask:0' }, outputs: { y: 'masked:0' }, shape: [-1, 4] },
    serving_default: { inputs: { x: 'serving_default_x:0' }, outputs: { y: 'first:0' }, shape: [-1, 4] },
  },
};

const names = (values: readonly { readonly name: string }[]): string[] => values.map(({ name }) => name);

describe('all signatures of a SavedModel', () => {
  it('are one graph, in which those after the default one give way where names clash', async () => {
    const graph = await openBuilt(buildSavedModel(HEADS));
    expect(names(graph.inputs)).toEqual(['x', 'mask', 'encode_x']);
    expect(names(graph.outputs)).toEqual(['y', 'encode_y']);
    expect(graph.signatures).toEqual([
      { name: 'serving_default', inputs: new Map([['x', 'x']]), outputs: new Map([['y', 'y']]) },
      { name: 'encode', inputs: new Map([['mask', 'mask'], ['x', 'encode_x']]), outputs: new Map([['y', 'encode_y']]) },
    ]);
    expect([...graph.nodes.keys()].sort()).toEqual(['encode_x', 'first', 'mask', 'masked', 'second', 'weights', 'x']);
  });

  it('that the config does not name are not there', async () => {
    const graph = await openBuilt(buildSavedModel(HEADS), { signature: 'encode' });
    expect(names(graph.inputs)).toEqual(['mask', 'x']);
    expect(names(graph.signatures!)).toEqual(['encode']);
    expect(graph.nodes.has('first')).toBe(false);
  });

  it('become one of the inputs and outputs that the config names, the rest being those of the first', async () => {
    const conversion = await open('named', { outputs: ['masked'] }, HEADS);
    expect(names(conversion.graph.outputs)).toEqual(['masked']);
    expect(names(conversion.graph.inputs)).toEqual(['x']);
    expect(conversion.graph.signatures).toEqual([{ name: 'serving_default', inputs: new Map([['x', 'x']]), outputs: new Map([['masked', 'masked']]) }]);
  });

  it('are written back as they were, but for the nodes', async () => {
    const conversion = await open('heads', { use_bf16: true, bf16_ops: ['re:.*'] }, HEADS);
    for (let phase = 0; phase < 3; phase++) await conversion.runPhase();
    await conversion.save(join(folder, 'heads-written'), false);
    const written = SavedModel.decode(await readFile(join(folder, 'heads-written', 'saved_model.pb'))) as unknown as { metaGraphs: { signatureDef: Record<string, SignatureMessage> }[] };
    const { encode, serving_default: serving } = written.metaGraphs[0]!.signatureDef;
    expect([encode!.inputs['x']!.name, encode!.inputs['mask']!.name, encode!.outputs['y']!.name]).toEqual(['encode_x:0', 'mask:0', 'masked:0']);
    expect([serving!.inputs['x']!.name, serving!.outputs['y']!.name]).toEqual(['x:0', 'first:0']);
    expect((await conversion.report()).model.signatures).toEqual(['serving_default', 'encode']);
  });

  it('that compute the same, as two calls of one function do, are served by the same nodes', async () => {
    const body: FunctionSpec = { name: 'body', args: { a: 'float32' }, results: { r: 'float32' }, nodes: [relu('Relu', 'a')], returns: { r: 'Relu:activations:0' } };
    const callOf = (name: string, given: string): NodeSpec => call(name, 'body', [given], ['float32'], ['float32']);
    const signature = (name: string, made: string) => ({ inputs: { x: `${name}_x:0` }, outputs: { y: `${made}:0` } });
    const graph = await openBuilt(buildSavedModel({
      nodes: [input('serve_x'), input('serving_default_x'), input('other_x'), callOf('one', 'serve_x'), callOf('two', 'serving_default_x'), relu('three', 'other_x'), relu('four', 'three')], functions: [body],
      signatures: { serve: signature('serve', 'one'), serving_default: signature('serving_default', 'two'), other: signature('other', 'four') },
    }));
    expect([...graph.nodes.keys()].sort()).toEqual(['four', 'other_x', 'three', 'two/Relu', 'x', 'y']);
    expect(graph.signatures!.map(({ name, inputs, outputs }) => [name, inputs.get('x'), outputs.get('y')])).toEqual([
      ['serving_default', 'x', 'y'], ['serve', 'x', 'y'], ['other', 'other_x', 'other_y'],
    ]);
  });

  it('may be given what others compute: that stays as it is', async () => {
    const graph = await openBuilt(buildSavedModel({
      nodes: [placeholder('bytes', 'string', []), { name: 'decode', op: 'DecodeRaw', inputs: ['bytes'], attrs: { out_type: 'float32' } }, relu('y', 'decode')],
      signatures: { serving_default: { inputs: { bytes: 'bytes:0' }, outputs: { y: 'y:0' } }, pixels: { inputs: { pixels: 'decode:0' }, outputs: { y: 'y:0' } } },
    }));
    expect(graph.nodes.get('decode')!.op).toBe('DecodeRaw');
    expect(graph.inputs.map(({ name, value }) => [name, value.node])).toEqual([['bytes', 'bytes'], ['pixels', 'decode']]);
    expect(names(graph.outputs)).toEqual(['y']);
  });
});

describe('an inner value that a signature is given', () => {
  it('keeps its node, even one that only hands another on', async () => {
    const conversion = await open('inner', { use_bf16: true, bf16_ops: ['re:.*'] }, {
      nodes: [
        placeholder('bytes', 'string', []), { name: 'decode', op: 'DecodeRaw', inputs: ['bytes'], attrs: { out_type: 'float32' } },
        { name: 'x', op: 'Identity', inputs: ['decode'], attrs: { T: 'float32' } }, relu('y', 'x'),
      ],
      signatures: { serving_default: { inputs: { bytes: 'bytes:0' }, outputs: { y: 'y:0' } }, pixels: { inputs: { pixels: 'x:0' }, outputs: { y: 'y:0' } } },
    });
    for (let phase = 0; phase < 3; phase++) await conversion.runPhase();
    await conversion.save(join(folder, 'inner-written'), false);
    const written = SavedModel.decode(await readFile(join(folder, 'inner-written', 'saved_model.pb'))) as unknown as { metaGraphs: { signatureDef: Record<string, SignatureMessage> }[] };
    expect(written.metaGraphs[0]!.signatureDef['pixels']!.inputs['pixels']!.name).toBe('x:0');
  });
});

describe('a signature that cannot be converted', () => {
  const variable: NodeSpec = { name: 'v', op: 'VarHandleOp', attrs: { dtype: 'float32', shape: { kind: 'shape', value: [4] }, shared_name: 'v' } };
  const training: SavedModelSpec = {
    ...HEADS,
    nodes: [...HEADS.nodes, variable, { name: 'add', op: 'AssignAddVariableOp', inputs: ['v', 'weights'], attrs: { dtype: 'float32' } }, { ...relu('trained', 'weights'), inputs: ['weights', '^add'] }],
    signatures: { ...HEADS.signatures, train: { outputs: { loss: 'trained:0' } }, init: { outputs: {} }, gone: { outputs: { y: 'nowhere:0' } } },
  };

  it('is left out with its reason where others remain', async () => {
    const conversion = await open('training', { use_bf16: true }, training, { ...HEADS, tags: ['train'] });
    expect(names(conversion.graph.signatures!)).toEqual(['serving_default', 'encode']);
    expect(remarksOn(conversion.graph)).toEqual([
      'The signature "train" is left out: node "add": AssignAddVariableOp does more to the variable "v" than read it, which a frozen graph cannot.',
      'The signature "init" is left out: the signature "init" has no outputs.',
      'The signature "gone" is left out: "y" of the signature "gone" is "nowhere:0", which is not in the graph.',
      'The graph with the tags [train] is left out: a converted model holds one graph. Choose it with "tags" in the config to convert it instead.',
    ]);
    const { warnings } = await conversion.setConfig({ text: '{ "use_bf16": true }', path: undefined });
    expect(warnings.map(({ message }) => message).slice(0, 4)).toEqual(remarksOn(conversion.graph));
    await conversion.runPhase();
    expect((await conversion.report()).warnings.map(({ message }) => message)).toEqual(expect.arrayContaining([...remarksOn(conversion.graph)]));
  });

  it('is refused where it is the one asked for, and where none remains', async () => {
    await expect(openBuilt(buildSavedModel(training), { signature: 'train' })).rejects.toThrow('AssignAddVariableOp does more to the variable "v" than read it');
    const { train, init } = training.signatures!;
    await expect(openBuilt(buildSavedModel({ ...training, signatures: { train: train!, init: init! } }))).rejects.toThrow(UserError);
  });
});

describe('calibration of several signatures', () => {
  const samples = (...inputs: readonly string[]): Uint8Array =>
    writeNpz(new Map(inputs.map((name) => [name, tensor('float32', [8, 4], Array.from({ length: 32 }, (_, index) => Math.sin(index)))])));
  const precisions = ({ snapshots }: Conversion): Record<string, string> =>
    Object.fromEntries(['first', 'second'].map((id) => [id, snapshots.at(-1)!.plan!.nodes.get(id)!.precision]));

  it('runs those that there are arrays for; the others have no INT8, which one warning says', async () => {
    await writeFile(join(folder, 'first.npz'), samples('x'));
    const conversion = await open('first', { calibration: { data: 'first.npz' } }, HEADS);
    expect(await conversion.describeData(join(folder, 'first.npz'))).toMatchObject({ samples: 8, problem: undefined, unserved: [{ signature: 'encode', inputs: ['mask', 'encode_x'] }] });
    await conversion.runPhase();
    expect(precisions(conversion)).toEqual({ first: 'int8', second: 'fp32' });
    expect((await conversion.report()).warnings.map(({ message }) => message)).toEqual([
      'Calibration did not run the signature "encode", so an op of it is not INT8. Add arrays for its inputs to the data: mask, encode_x.',
    ]);
  });

  it('runs all of them on a file with arrays for all, and takes the names of nodes, too', async () => {
    await writeFile(join(folder, 'both.npz'), samples('x', 'encode_x:0', 'mask'));
    const conversion = await open('both', { calibration: { data: 'both.npz' } }, HEADS);
    await conversion.runPhase();
    expect(precisions(conversion)).toEqual({ first: 'int8', second: 'int8' });
    expect((await conversion.report()).warnings).toEqual([]);
    expect(Object.keys(JSON.parse(await conversion.recordRanges()) as object).sort()).toEqual(expect.arrayContaining(['encode_x:0', 'x:0']));
  });

  it('says what is missing where there are arrays for none', async () => {
    await writeFile(join(folder, 'other.npz'), samples('z', 'mask'));
    const conversion = await open('other', { calibration: { data: 'other.npz' } }, HEADS);
    await expect(conversion.runPhase()).rejects.toThrow('The data has no array for the input "x" (arrays there: "z", "mask")');
  });
});
