import Long from 'long';
import protobuf from 'protobufjs/light';
import { describe, expect, it } from 'vitest';
import { GraphDef } from '../../../../src/engine/formats/tensorflow/messages';
import { readGraphDef } from '../../../../src/engine/formats/tensorflow/read';
import { decodeTensor, encodeTensor } from '../../../../src/engine/formats/tensorflow/tensor';
import { readGraphDefText, writeGraphDefText } from '../../../../src/engine/formats/tensorflow/text';
import { writeGraphDef } from '../../../../src/engine/formats/tensorflow/write';
import type { Attribute } from '../../../../src/engine/graph/attribute';
import type { Graph, Node } from '../../../../src/engine/graph/graph';
import { buildBytes, buildMessage, constant, placeholder, tensor, type NodeSpec } from '../../../support/graphBuilder';
import { memorySource, MemorySink } from '../../../support/memoryFile';

const NODES: readonly NodeSpec[] = [
  placeholder('x', 'float32', [2]),
  constant('c', 'float32', [2], [1, 2]),
  { name: 'split', op: 'Split', inputs: ['axis', 'x', '^c'], attrs: { T: 'float32', num_split: 2 }, device: '/cpu:0' },
  constant('axis', 'int32', [], [0]),
  { name: 'y', op: 'Identity', inputs: ['split:1'], attrs: { T: 'float32', _large: 2n ** 63n - 1n } },
];

/** Field 1000 as no TensorFlow release knows it. */
const unknownField = (text: string): Uint8Array => protobuf.Writer.create().uint32((1000 << 3) | 2).string(text).finish();

/** A GraphDef with unknown fields at its top level, in node `y` and in its attribute `T`; versions stand before the nodes. */
function bytesWithUnknownFields(): Uint8Array {
  const message = buildMessage(NODES);
  const y = message.node.at(-1)! as { attr: { T: object }; $unknowns?: Uint8Array[] };
  y.$unknowns = [unknownField('in node')];
  y.attr.T = { ...y.attr.T, $unknowns: [unknownField('in attribute')] };
  const versions = GraphDef.encode({ versions: message.versions }).finish();
  const nodes = message.node.map((node) => GraphDef.encode({ node: [node] }).finish());
  return Buffer.concat([versions, ...nodes.slice(0, 2), unknownField('after c'), ...nodes.slice(2), unknownField('at the end')]);
}

async function written(graph: Graph): Promise<Uint8Array> {
  const sink = new MemorySink();
  await writeGraphDef(graph, sink);
  return sink.bytes();
}

const contains = (bytes: Uint8Array, text: string): boolean => Buffer.from(bytes).includes(text);

function replaced(graph: Graph, change: Node): Graph {
  return { ...graph, nodes: new Map([...graph.nodes].map(([id, node]) => [id, id === change.id ? change : node])) };
}

const decoded = (bytes: Uint8Array): unknown => GraphDef.toObject(GraphDef.decode(bytes), { longs: String });

describe('writing', () => {
  it('copies an unchanged file with unknown fields and its own field order', async () => {
    const bytes = bytesWithUnknownFields();
    expect(Buffer.from(await written(await readGraphDef(memorySource(bytes)))).equals(bytes)).toBe(true);
  });

  it('keeps unknown fields of a changed node and of its unchanged attributes', async () => {
    const graph = await readGraphDef(memorySource(bytesWithUnknownFields()));
    const y = graph.nodes.get('y')!;
    const bytes = await written(replaced(graph, { ...y, op: 'Relu', attributes: new Map(y.attributes).set('extra', { kind: 'bool', value: true }) }));
    for (const text of ['in node', 'in attribute', 'after c', 'at the end', 'Relu', 'extra']) expect(contains(bytes, text)).toBe(true);
    const again = (await readGraphDef(memorySource(bytes))).nodes.get('y')!;
    expect(again.attributes.get('_large')).toMatchObject({ kind: 'int', value: 2n ** 63n - 1n });
    expect(again.inputs).toEqual([{ node: 'split', output: 1 }]);
  });

  it('keeps fields that stood behind a node which is gone', async () => {
    const graph = await readGraphDef(memorySource(bytesWithUnknownFields()));
    const split = graph.nodes.get('split')!;
    const nodes = new Map(replaced(graph, { ...split, controlInputs: [] }).nodes);
    nodes.delete('c');
    const bytes = await written({ ...graph, nodes });
    expect(contains(bytes, 'after c')).toBe(true);
    expect([...(await readGraphDef(memorySource(bytes))).nodes.keys()]).toEqual(['x', 'split', 'axis', 'y']);
  });

  it('copies every node but the changed one', async () => {
    const bytes = buildBytes(NODES);
    const graph = await readGraphDef(memorySource(bytes));
    const split = graph.nodes.get('split')!;
    const after = decoded(await written(replaced(graph, { ...split, device: undefined }))) as { node: { device?: string }[] };
    const before = decoded(bytes) as { node: { device?: string }[] };
    expect(after.node[2]!.device).toBeUndefined();
    delete before.node[2]!.device;
    expect(after).toEqual(before);
  });

  it('writes the new name of a producer in every reader', async () => {
    const graph = await readGraphDef(memorySource(buildBytes(NODES)));
    const renamed = replaced(replaced(graph, { ...graph.nodes.get('split')!, name: 'halves' }), { ...graph.nodes.get('c')!, name: 'weights' });
    const again = await readGraphDef(memorySource(await written(renamed)));
    expect([...again.nodes.keys()]).toEqual(['x', 'weights', 'halves', 'axis', 'y']);
    expect(again.nodes.get('y')!.inputs).toEqual([{ node: 'halves', output: 1 }]);
    expect(again.nodes.get('halves')!.controlInputs).toEqual(['weights']);
  });

  it('encodes new nodes with every kind of attribute', async () => {
    const bytes = new TextEncoder().encode('SAME');
    const attributes = new Map<string, Attribute>([
      ['int', { kind: 'int', value: -3 }], ['int64', { kind: 'int', value: -(2n ** 63n) }], ['float', { kind: 'float', value: 0.5 }],
      ['bool', { kind: 'bool', value: false }], ['string', { kind: 'string', value: bytes }], ['type', { kind: 'type', value: 'bfloat16' }],
      ['shape', { kind: 'shape', value: [-1, 3] }], ['rank', { kind: 'shape', value: undefined }], ['scalar', { kind: 'shape', value: [] }],
      ['ints', { kind: 'ints', value: [1, 2n ** 60n] }], ['floats', { kind: 'floats', value: [1, -0.25] }], ['bools', { kind: 'bools', value: [true, false] }],
      ['strings', { kind: 'strings', value: [bytes] }], ['types', { kind: 'types', value: ['qint8', 'float8_e5m2'] }],
      ['shapes', { kind: 'shapes', value: [[1], undefined] }], ['function', { kind: 'function', value: 'body' }],
      ['tensor', encodeTensor(tensor('int64', [2], [7, 8]))],
    ]);
    const graph = await readGraphDef(memorySource(buildBytes(NODES)));
    const node: Node = { id: 'new', name: 'new', op: 'Custom', inputs: [{ node: 'x', output: 0 }], controlInputs: ['y'], attributes, device: '/cpu:0' };
    const again = await readGraphDef(memorySource(await written({ ...graph, nodes: new Map(graph.nodes).set('new', node) })));
    const { source, attributes: readBack, ...rest } = again.nodes.get('new')!;
    expect(source).toBeDefined();
    expect(rest).toEqual({ ...node, attributes: undefined });
    for (const [name, attribute] of attributes) {
      if (name === 'tensor') expect(readBack.get(name)).toMatchObject({ kind: 'tensor', dtype: 'int64', shape: [2] });
      else expect(readBack.get(name)).toMatchObject(attribute);
    }
    expect(readBack.size).toBe(attributes.size);
  });

  it('keeps reference types, placeholders and lists of functions as they were', async () => {
    const message = buildMessage(NODES);
    (message.node.at(-1) as { attr: object }).attr = {
      T: { type: 101 }, open: { placeholder: 'T' }, branches: { list: { func: [{ name: 'then' }, { name: 'else' }] } }, future: { type: 99 }, none: {},
    };
    const bytes = GraphDef.encode(message).finish();
    const graph = await readGraphDef(memorySource(bytes));
    const y = graph.nodes.get('y')!;
    expect(y.attributes.get('T')).toMatchObject({ kind: 'type', value: 'float32' });
    for (const name of ['open', 'branches', 'future', 'none']) expect(y.attributes.get(name)).toMatchObject({ kind: 'opaque' });
    const after = await written(replaced(graph, { ...y, attributes: new Map(y.attributes) }));
    expect(decoded(after)).toEqual(decoded(bytes));
  });

  it('hands a large constant to the sink without copying it', async () => {
    const graph = await readGraphDef(memorySource(buildBytes(NODES)));
    const data = new Float32Array(200_000).map((_, i) => i);
    const value = encodeTensor({ dtype: 'float32', shape: [200_000], data });
    const c = graph.nodes.get('c')!;
    const sink = new MemorySink();
    await writeGraphDef(replaced(graph, { ...c, attributes: new Map(c.attributes).set('value', value) }), sink);
    expect(sink.pieces.some((piece) => piece.buffer === data.buffer)).toBe(true);
    const again = (await readGraphDef(memorySource(sink.bytes()))).nodes.get('c')!.attributes.get('value') as Attribute & { kind: 'tensor' };
    expect(decodeTensor(again).data).toEqual(data);
    expect(sink.state).toBe('open');
  });
});

describe('the text form', () => {
  it('holds an equal message', async () => {
    const bytes = buildBytes([
      ...NODES,
      { name: 'z', op: 'Custom', inputs: ['y'], attrs: { small: 1e-45, third: Math.fround(1 / 3), inf: -Infinity, nan: NaN, name: 'é"\\\n', raw: { kind: 'string', value: Uint8Array.of(0, 255, 128) } } },
    ]);
    const sink = new MemorySink();
    await writeGraphDefText(await readGraphDef(memorySource(bytes)), sink);
    const graph = await readGraphDefText(memorySource(sink.bytes(), 'm.pbtxt'));
    expect(decoded(await written(graph))).toEqual(decoded(bytes));
    expect(new TextDecoder().decode(sink.bytes())).toContain('  name: "split"\n  op: "Split"\n  input: "axis"\n');
  });

  it('reads int64 without loss', async () => {
    const text = 'node { name: "a" op: "Custom" attr { key: "n" value { i: 9223372036854775807 } } }';
    const graph = await readGraphDefText(memorySource(new TextEncoder().encode(text)));
    expect(graph.nodes.get('a')!.attributes.get('n')).toMatchObject({ value: Long.MAX_VALUE.toBigInt() });
  });

  it('refuses to drop unknown fields', async () => {
    const graph = await readGraphDef(memorySource(bytesWithUnknownFields()));
    await expect(writeGraphDefText(graph, new MemorySink())).rejects.toThrow('fields this version does not know');
  });
});
