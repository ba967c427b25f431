import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pytorchDialect } from '../../../../src/engine/formats/pytorch/dialect';
import { readExportedProgram } from '../../../../src/engine/formats/pytorch/read';
import { writeExportedProgram } from '../../../../src/engine/formats/pytorch/write';
import type { Graph } from '../../../../src/engine/graph/graph';
import { memorySource, MemorySink } from '../../../support/memoryFile';

const DIGITS = readFileSync('test/fixtures/pytorch/digits.pt2');

function readDigits(): Promise<Graph> {
  return readExportedProgram(memorySource(DIGITS, 'digits.pt2'));
}

describe('reading exported programs', () => {
  it('names nodes by their modules and constants by their paths', async () => {
    const { nodes, inputs, outputs } = await readDigits();
    const names = [...nodes.keys()];
    expect(names.slice(0, 3)).toEqual(['features/0/weight', 'features/0/bias', 'features/1/weight']);
    expect(names.filter((name) => !['parameter', 'buffer'].includes(nodes.get(name)!.op))).toEqual([
      'x', 'features/0/conv2d', 'features/1/batch_norm', 'features/2/relu', 'features/3/conv2d_1', 'features/4/batch_norm_1', 'features/5/relu_1',
      'features/6/max_pool2d', 'branch/conv2d_2', 'add', 'relu_2', 'flatten', 'fc1/linear', 'gelu', 'drop/dropout', 'fc2/linear_1', 'softmax',
    ]);
    expect(inputs).toEqual([{ name: 'x', value: { node: 'x', output: 0 }, dtype: 'float32', shape: [4, 1, 8, 8] }]);
    expect(outputs).toEqual([{ name: 'softmax', value: { node: 'softmax', output: 0 }, dtype: 'float32' }]);
  });

  it('gives arguments as attributes, and values among them as operands', async () => {
    const { nodes } = await readDigits();
    const convolution = nodes.get('features/0/conv2d')!;
    expect(convolution.op).toBe('aten.conv2d');
    expect(convolution.inputs.map(({ node }) => node)).toEqual(['x', 'features/0/weight', 'features/0/bias']);
    expect([...convolution.attributes].map(([name, { kind }]) => [name, kind])).toEqual([
      ['input', 'operands'], ['weight', 'operands'], ['bias', 'operands'], ['stride', 'ints'], ['padding', 'ints'],
    ]);
    expect(convolution.attributes.get('bias')).toMatchObject({ isList: false, value: [{ input: 2 }] });
    expect(nodes.get('features/1/batch_norm')!.attributes.get('eps')).toMatchObject({ kind: 'float', value: 1e-5 });
  });

  it('states types and shapes, and reads the values of constants', async () => {
    const { nodes } = await readDigits();
    expect(pytorchDialect.outputTypes(nodes.get('fc1/linear')!)).toEqual(['float32']);
    expect(pytorchDialect.inferShapes(await readDigits()).get('flatten:0')).toEqual([4, 512]);
    const weight = pytorchDialect.constantTensor(nodes.get('fc2/weight')!);
    expect([weight.dtype, weight.shape, weight.data.length]).toEqual(['float32', [10, 64], 640]);
    expect(pytorchDialect.constantTensor(nodes.get('features/1/num_batches_tracked')!)).toMatchObject({ dtype: 'int64', shape: [] });
  });

  it('writes an unchanged program byte by byte', async () => {
    const sink = new MemorySink();
    await writeExportedProgram(await readDigits(), sink);
    expect(DIGITS.equals(sink.bytes())).toBe(true);
  });
});
