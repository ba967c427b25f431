import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/engine/errors';
import { GraphDef, NodeDef } from '../../../../src/engine/formats/tensorflow/messages';
import { readGraphDef } from '../../../../src/engine/formats/tensorflow/read';
import type { ReadOptions } from '../../../../src/engine/formats/tensorflow/read';
import { readGraphDefText } from '../../../../src/engine/formats/tensorflow/text';
import { buildBytes, buildMessage, constant, placeholder, type NodeSpec } from '../../../support/graphBuilder';
import { memorySource } from '../../../support/memoryFile';
import protobuf from 'protobufjs/light';

const digits = readFileSync('media/samples/digits_cnn.pb');
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

async function errorOf(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return (error as UserError).oneLine;
}

const refusal = (bytes: Uint8Array, options?: ReadOptions): Promise<string> => errorOf(readGraphDef(memorySource(bytes, 'm.pb'), options));
const refusalOf = (nodes: readonly NodeSpec[], options?: ReadOptions): Promise<string> => refusal(buildBytes(nodes), options);

/** A length-delimited field. */
function field(number: number, ...payloads: readonly Uint8Array[]): Uint8Array {
  return protobuf.Writer.create().uint32((number << 3) | 2).bytes(Buffer.concat(payloads)).finish();
}

const IDENTITY: NodeSpec = { name: 'y', op: 'Identity', inputs: ['x'], attrs: { T: 'float32' } };
const X = placeholder('x', 'float32', [2]);

describe('a file that is no GraphDef is refused with what it is and what to do', () => {
  const metaGraph = Buffer.concat([field(1, field(5, utf8('2.21.0'))), field(2, digits)]);
  it.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(0), /^m\.pb: the file is empty\. /],
    ['random text', utf8('hello world, this is no model'), /^m\.pb: the file is not a TensorFlow GraphDef\. Choose /],
    ['a page', utf8('<!DOCTYPE html><html><body>404</body></html>'), /HTML.*download the model again/],
    ['a Git LFS pointer', utf8('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'), /Git LFS pointer.*git lfs pull/],
    ['an HDF5 file', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), /Keras HDF5/],
    ['a zip file', utf8('PK\x03\x04keras'), /zip archive/],
    ['a TensorFlow Lite model', utf8('\x1c\0\0\0TFL3\x14\0'), /TensorFlow Lite/],
    ['an ONNX model', Buffer.concat([Uint8Array.of(0x08, 8), field(2, utf8('pytorch')), field(7, field(2, utf8('main_graph')))]), /is an ONNX model/],
    ['a SavedModel', Buffer.concat([Uint8Array.of(0x08, 1), field(2, metaGraph)]), /saved_model\.pb of a SavedModel under another name.*Open the folder it belongs to/],
    ['a SavedModel without version', field(2, metaGraph), /saved_model\.pb of a SavedModel/],
    ['a MetaGraphDef', metaGraph, /is a MetaGraphDef.*NAME\.meta/],
    ['text in a .pb', utf8('# comment\nnode {\n  name: "a"\n}\n'), /text form.*\.pbtxt/],
    ['other protobuf', Buffer.concat([field(9, utf8('a')), Uint8Array.of(0x50, 1)]), /the file holds no nodes/],
  ])('%s', async (_, bytes, message) => {
    expect(await refusal(bytes)).toMatch(message);
  });

  it('of 2 GiB or more', async () => {
    const source = { name: 'huge.pb', size: 2 ** 31, read: () => Promise.reject(new Error('must not be read')) };
    expect(await errorOf(readGraphDef(source))).toMatch(/^huge\.pb: the file is larger than 2 GiB/);
  });

  it('cut off anywhere', async () => {
    for (let size = 1; size < digits.length; size += 1499) {
      const outcome = await readGraphDef(memorySource(digits.subarray(0, size), 'm.pb')).then(() => 'read', (error: unknown) => error);
      expect(outcome).toBeInstanceOf(UserError);
    }
    expect(await refusal(digits.subarray(0, digits.length - 2))).toMatch(/^m\.pb: the file is cut off or damaged: the \d+ nodes before byte \d+ of \d+ can be read.*again$/);
  });

  it('with any byte flipped never fails in another way', async () => {
    const cnn = buildBytes([X, constant('c', 'float32', [2], [1, 2]), { name: 'y', op: 'Mul', inputs: ['x', 'c'], attrs: { T: 'float32' } }]);
    for (let at = 0; at < cnn.length; at++) {
      const bytes = Uint8Array.from(cnn);
      bytes[at] = bytes[at]! ^ 0xff;
      const outcome = await readGraphDef(memorySource(bytes)).then(() => undefined, (error: unknown) => error);
      if (outcome !== undefined) expect(outcome).toBeInstanceOf(UserError);
    }
  });
});

describe('a graph TensorFlow could not load is refused', () => {
  it.each<[string, readonly NodeSpec[], RegExp]>([
    ['duplicate names', [X, IDENTITY, X], /^m\.pb: node "x": two nodes have this name\. /],
    ['a node without name', [{ name: '', op: 'NoOp' }, X], /^m\.pb: node 1 has no name/],
    ['a node without op', [{ name: 'a', op: '' }], /^m\.pb: node "a": the node has no op/],
    ['an input that does not exist', [IDENTITY], /^m\.pb: node "y": its input "x" is not in the graph\. /],
    ['a control input that does not exist', [X, { name: 'n', op: 'NoOp', inputs: ['^gone'] }], /node "n": its input "gone" is not in the graph/],
    ['an output index that is no number', [X, { ...IDENTITY, inputs: ['x:one'] }], /node "y": the input "x:one" does not end in an output index/],
    ['a negative output index', [X, { ...IDENTITY, inputs: ['x:-1'] }], /node "y": the input "x:-1" does not end in an output index/],
    ['an output index too large', [X, { ...IDENTITY, inputs: ['x:1'] }], /node "y": it reads output 1 of "x", but Placeholder has one output/],
    ['reading a node without outputs', [{ name: 'x', op: 'NoOp' }, IDENTITY], /but NoOp has no outputs/],
    ['a cycle', [
      X,
      { name: 'a', op: 'Add', inputs: ['x', 'c'], attrs: { T: 'float32' } },
      { name: 'b', op: 'Identity', inputs: ['a'], attrs: { T: 'float32' } },
      { name: 'c', op: 'Identity', inputs: ['b'], attrs: { T: 'float32' } },
      { name: 'after', op: 'Identity', inputs: ['c'], attrs: { T: 'float32' } },
    ], /^m\.pb: node "[abc]": the graph has a cycle that is no while loop: (a -> b -> c -> a|b -> c -> a -> b|c -> a -> b -> c)\. /],
    ['a control cycle', [{ name: 'p', op: 'NoOp', inputs: ['^q'] }, { name: 'q', op: 'NoOp', inputs: ['^p'] }], /a cycle that is no while loop/],
    ['a node reading itself', [{ name: 'y', op: 'Identity', inputs: ['y'], attrs: { T: 'float32' } }], /while loop: y -> y/],
    ['a back edge that enters no Merge', [
      { name: 'a', op: 'Identity', inputs: ['next'], attrs: { T: 'float32' } },
      { name: 'next', op: 'NextIteration', inputs: ['a'], attrs: { T: 'float32' } },
    ], /a cycle that is no while loop/],
    ['a constant without value', [{ name: 'c', op: 'Const', attrs: { dtype: 'float32' } }], /node "c": the constant has no tensor/],
    ['a constant of negative size', [{ name: 'c', op: 'Const', attrs: { value: { dtype: 'float32', shape: [-2], data: new Float32Array(2) } } }], /node "c": the shape \[-2\]/],
    ['a constant with too few bytes', [{ name: 'c', op: 'Const', attrs: { value: { dtype: 'float32', shape: [3], data: new Float32Array(2) } } }],
      /^m\.pb: node "c": the constant holds 8 bytes, but float32\[3\] needs 12\. /],
  ])('%s', async (_, nodes, message) => {
    expect(await refusalOf(nodes)).toMatch(message);
  });

  it('an input or output the user names that is not there', async () => {
    expect(await refusalOf([X, IDENTITY], { outputs: ['z'] })).toMatch(/^m\.pb: the graph has no node "z"\. /);
    expect(await refusalOf([X, IDENTITY], { inputs: ['y:3'] })).toMatch(/^m\.pb: node "y": there is no output 3\. /);
  });

  it('but a while loop is not', async () => {
    const bytes = buildBytes([
      X,
      { name: 'enter', op: 'Enter', inputs: ['x'], attrs: { T: 'float32', frame_name: 'w' } },
      { name: 'merge', op: 'Merge', inputs: ['enter', 'next'], attrs: { T: 'float32', N: 2 } },
      { name: 'next', op: 'NextIteration', inputs: ['merge'], attrs: { T: 'float32' } },
      { name: 'exit', op: 'Exit', inputs: ['merge'], attrs: { T: 'float32' } },
    ]);
    expect((await readGraphDef(memorySource(bytes))).nodes.size).toBe(5);
  });

  it('nor is a deeply chained one', async () => {
    const chain = Array.from({ length: 100_000 }, (_, i): NodeSpec => ({ name: `n${i}`, op: 'Identity', inputs: [`n${(i + 1) % 100_000}`], attrs: { T: 'float32' } }));
    expect(await refusalOf(chain)).toMatch(/a cycle that is no while loop/);
  });
});

describe('text', () => {
  const refusalOfText = (text: string): Promise<string> => errorOf(readGraphDefText(memorySource(utf8(text), 'm.pbtxt')));

  it('of a SavedModel says so', async () => {
    expect(await refusalOfText('# made by hand\nsaved_model_schema_version: 1\nmeta_graphs {\n}\n')).toMatch(/^m\.pbtxt: .*SavedModel under another name.*Open the folder/);
  });

  it('with a mistake names the line', async () => {
    expect(await refusalOfText('node {\n  name: "a"\n  opp: "NoOp"\n}\n')).toMatch(/^m\.pbtxt: the text is not a GraphDef: .*line 3/);
  });

  it('in binary form says so', async () => {
    expect(await errorOf(readGraphDefText(memorySource(digits, 'm.pbtxt')))).toMatch(/^m\.pbtxt: the file is not text\. Rename it to \.pb/);
  });

  it('is checked like the binary form', async () => {
    expect(await refusalOfText('node { name: "a" op: "Identity" input: "b" }')).toMatch(/^m\.pbtxt: node "a": its input "b" is not in the graph/);
  });
});

it('a file that shrinks while it is read is its source\'s error', async () => {
  const source = { name: 'm.pb', size: 100, read: () => Promise.reject(new UserError('the file became shorter', { file: 'm.pb' })) };
  expect(await errorOf(readGraphDef(source))).toMatch(/became shorter/);
});

it('a graph of one node with no values has no outputs', async () => {
  const message = { ...buildMessage([]), node: [NodeDef.fromObject({ name: 'n', op: 'NoOp' })] };
  expect((await readGraphDef(memorySource(GraphDef.encode(message).finish()))).outputs).toEqual([]);
});
