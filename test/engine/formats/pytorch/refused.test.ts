import { readFileSync } from 'node:fs';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../../src/engine/graph/graph';
import { notesOn } from '../../../../src/engine/formats/pytorch/notes';
import { readExportedProgram } from '../../../../src/engine/formats/pytorch/read';
import { memorySource } from '../../../support/memoryFile';

/** Records of digits.pt2 below the folder of the archive. */
const RECORDS = unzipSync(readFileSync('test/fixtures/pytorch/digits.pt2'));
const ROOT = Object.keys(RECORDS)[0]!.split('/')[0]!;
const MODEL = 'models/model.json';
const WEIGHTS = 'data/weights/model_weights_config.json';

type Records = Record<string, Uint8Array>;
type Change = (records: Records) => void;

/** Replaces parts of the text of a record, each of which must be there. */
const text = (record: string, ...replacements: readonly (readonly [from: string | RegExp, to: string])[]): Change => (records) => {
  let content = strFromU8(records[record]!);
  for (const [from, to] of replacements) {
    expect(content).toMatch(from);
    content = content.replace(from, to);
  }
  records[record] = strToU8(content);
};
const without = (record: string): Change => (records) => {
  expect(records).toHaveProperty([record]);
  delete records[record];
};
const bytes = (record: string, content: Uint8Array): Change => (records) => {
  records[record] = content;
};

function archive(change: Change, root = `${ROOT}/`, level: 0 | 6 = 0): Uint8Array {
  const records = Object.fromEntries(Object.entries(RECORDS).map(([name, content]) => [name.slice(ROOT.length + 1), content]));
  change(records);
  return zipSync(Object.fromEntries(Object.entries(records).map(([name, content]) => [`${root}${name}`, content])), { level });
}

function read(content: Uint8Array): Promise<Graph> {
  return readExportedProgram(memorySource(content, 'digits.pt2'));
}

const unchanged: Change = () => {};
const node = (name: string): RegExp => new RegExp(`, "is_hop_single_tensor_return": null, "name": "${name}"`);

describe('exported programs that torch does not load are refused', () => {
  it.each<[string, Change, string]>([
    ['no schema', text(MODEL, [/"schema_version": \{[^}]*\}/, '"schema_version": {}']), 'states no schema version'],
    ['a later schema', text(MODEL, ['"major": 8', '"major": 9']), 'the exported program is of schema 9.'],
    ['another archive version', bytes('archive_version', strToU8('1')), 'its archive_version is "1", and torch loads only "0"'],
    ['no archive format', without('archive_format'), 'lacks the record "archive_format"'],
    ['no sample inputs', without('data/sample_inputs/model.pt'), 'lacks the record "data/sample_inputs/model.pt"'],
    ['no list of constants', without('data/constants/model_constants_config.json'), 'lacks the record "data/constants/model_constants_config.json"'],
    ['no version of the container', without('.data/version'), 'lacks the record ".data/version"'],
    ['no values of a weight', without('data/weights/weight_0'), 'the record "data/weights/weight_0" with the values of "features.0.weight" is missing'],
    ['half a value of a weight', bytes('data/weights/weight_0', new Uint8Array(577)), 'the tensor "features.0.weight" has 577 bytes, no multiple of the 4 of one element'],
    ['too few values of a weight', bytes('data/weights/weight_0', new Uint8Array(572)), 'the tensor "features.0.weight" has 572 bytes, but float32[16, 1, 3, 3] needs 576'],
    ['a weight that is not there', text(WEIGHTS, ['"features.0.weight"', '"other"']), 'the parameter "features.0.weight" is not among the weights'],
    ['a parameter that is a buffer', text(WEIGHTS, ['"is_param": true', '"is_param": false']), 'the parameter "features.0.weight" is stored as a buffer'],
    ['a weight of another type than the graph says', text(MODEL, [/"p_features_0_weight": \{"dtype": 7/, '"p_features_0_weight": {"dtype": 8']), 'the parameter "features.0.weight" is stored as float32, but the graph reads it as float64'],
    ['an unknown type', text(MODEL, [/"conv2d": \{"dtype": 7/, '"conv2d": {"dtype": 99']), '"conv2d" has the type 99, which PyTorch does not have'],
    ['integers with a gradient', text(MODEL, [/"p_features_0_weight": \{"dtype": 7/, '"p_features_0_weight": {"dtype": 2']), '"p_features_0_weight" is of int8, but is said to have a gradient'],
    ['a value without a type', text(MODEL, [/"conv2d": \{"dtype"/, '"other": {"dtype"']), 'there is no type and shape of "conv2d"'],
    ['a value read before it is made', text(MODEL, ['{"as_tensor": {"name": "x"}}, "kind"', '{"as_tensor": {"name": "linear"}}, "kind"']), 'it reads the value "linear", which no node before it makes'],
    ['a value made twice', text(MODEL, [/"outputs": \[\{"as_tensor": \{"name": "conv2d_1"\}\}\]/, '"outputs": [{"as_tensor": {"name": "conv2d"}}]']), 'it makes the value "conv2d", which there is already'],
    ['no metadata of a node', text(MODEL, ['"metadata": {"stack_trace"', '"meta": {"stack_trace"']), 'it has no metadata, without which torch does not load it'],
    ['more inputs than the signature has', text(MODEL, ['"inputs": [{', '"inputs": [{"as_tensor": {"name": "x"}}, {']), 'inputs, but its signature has'],
    ['an output that the signature does not have', text(MODEL, [/"outputs": \[\{"as_tensor": \{"name": "softmax"\}\}\], "nodes"/, '"outputs": [{"as_tensor": {"name": "gelu"}}], "nodes"']), 'the signature has the output "softmax" where the graph has "gelu"'],
    ['an argument the op does not have', text(MODEL, ['"name": "input", "arg"', '"name": "data", "arg"']), 'it gives aten.conv2d the argument "data", which it does not have'],
    [
      'no argument where the op has no default',
      text(MODEL, ['{"name": "weight", "arg": {"as_tensor": {"name": "p_features_0_weight"}}, "kind": 1}, ', '']), 'it does not give aten.conv2d the argument "weight"',
    ],
    [
      'a weight that repeats its elements without bounds',
      text(WEIGHTS, ['[{"as_int": 64}, {"as_int": 512}]', '[{"as_int": 4000000000}, {"as_int": 512}]'], ['[{"as_int": 512}, {"as_int": 1}]', '[{"as_int": 0}, {"as_int": 1}]']),
      'the tensor "fc1.weight" repeats 131072 bytes to 8192000000000',
    ],
  ])('for %s', async (_, change, message) => {
    await expect(read(archive(change))).rejects.toThrow(message);
  });

  it('for records in no folder', async () => {
    await expect(read(archive(unchanged, ''))).rejects.toThrow('its records are in no folder, where torch does not find them');
  });
});

describe('exported programs that torch loads are read', () => {
  it.each<[string, Uint8Array]>([
    ['another folder', archive(unchanged, 'other/')],
    ['deflated records', archive(unchanged, `${ROOT}/`, 6)],
    ['empty sample inputs', archive(bytes('data/sample_inputs/model.pt', new Uint8Array()))],
    ['no byte order', archive(without('byteorder'))],
    ['no names of nodes', archive(text(MODEL, [node('conv2d'), ', "is_hop_single_tensor_return": null, "name": null']))],
    ['a later minor schema', archive(text(MODEL, [/"minor": \d+/, '"minor": 99']))],
    ['an op of a library', archive(text(MODEL, ['torch.ops.aten.gelu.default', 'torch.ops.mylib.gelu.default']))],
    ['a weight nothing reads', archive(text(WEIGHTS, ['{"config": {', '{"config": {"unused": {"path_name": "weight_0"}, ']))],
  ])('with %s', async (_, content) => {
    const { nodes } = await read(content);
    const { nodes: expected } = await read(archive(unchanged));
    expect(nodes.size).toBe(expected.size);
  });
});

it('names the op of a program that PyTorch does not have', async () => {
  const graph = await read(archive(text(MODEL, ['torch.ops.aten.gelu.default', 'torch.ops.mylib.foo.default'])));
  expect(notesOn(graph)).toEqual(['Before torch.export.load, import what registers mylib.foo, which "gelu" calls: PyTorch 2.13 does not have it.']);
});
