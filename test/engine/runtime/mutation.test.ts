import { describe, expect, it } from 'vitest';
import { pytorchDialect } from '../../../src/engine/formats/pytorch/dialect';
import type { Attribute } from '../../../src/engine/graph/attribute';
import type { Graph, Node, ValueRef } from '../../../src/engine/graph/graph';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { runGraph } from '../../../src/engine/runtime/executor';
import { f32, testKernels } from './run';

const read = (name: string): ValueRef => ({ node: name, output: 0 });
const input = (index: number): Attribute => ({ kind: 'operands', isList: false, value: [{ input: index }] });
const int = (value: number): Attribute => ({ kind: 'int', value });

/** A call whose first argument is the value of another node; all values are float32. */
function call(name: string, op: string, self: string, more: Readonly<Record<string, Attribute>> = {}, others: readonly string[] = []): Node {
  const argument = op.includes('dropout') && !op.includes('dropout_') ? 'input' : 'self';
  return {
    id: name, name, op, inputs: [self, ...others].map(read), controlInputs: [], attributes: new Map(Object.entries({ [argument]: input(0), ...more })),
    source: { outputTypes: ['float32'], inputTypes: ['float32', ...others.map(() => 'float32')] },
  };
}

const x: Node = { id: 'x', name: 'x', op: 'input', inputs: [], controlInputs: [], attributes: new Map(), source: { outputTypes: ['float32'], inputTypes: [] } };
const fill = (value: number): Readonly<Record<string, Attribute>> => ({ value: { kind: 'float', value } });

/** Runs calls on x = [[1, 2], [3, 4]]. */
async function run(nodes: readonly Node[], fetches: readonly string[], observe?: (value: ValueRef, tensor: Tensor) => void): Promise<number[][]> {
  const graph: Graph = {
    nodes: new Map([x, ...nodes].map((node) => [node.id, node])), inputs: [{ name: 'x', value: read('x'), dtype: 'float32', shape: [2, 2] }],
    outputs: fetches.map((name) => ({ name, value: read(name), dtype: 'float32' })),
  };
  const results = await runGraph({
    graph, dialect: pytorchDialect, feeds: new Map([['x:0', f32([2, 2], 1, 2, 3, 4)]]), fetches: fetches.map(read), kernels: testKernels(),
    ...(observe === undefined ? {} : { observe }),
  });
  return results.map((result) => [...(result.data as Float32Array)]);
}

describe('ops that change a value in place', () => {
  it('give a new value to those that read the old one later, and the old one to those before', async () => {
    const nodes = [
      call('y', 'aten.neg', 'x'), call('before', 'aten.neg', 'y'), call('changed', 'aten.mul_.Tensor', 'y', { other: { kind: 'float', value: 10 } }),
      call('after', 'aten.neg', 'y'), call('through', 'aten.neg', 'changed'),
    ];
    const seen = new Map<string, number[]>();
    expect(await run(nodes, ['before', 'after', 'through', 'y'], ({ node }, { data }) => void seen.set(node, [...(data as Float32Array)]))).toEqual([
      [1, 2, 3, 4], [10, 20, 30, 40], [10, 20, 30, 40], [-10, -20, -30, -40],
    ]);
    expect(seen.get('y')).toEqual([-1, -2, -3, -4]);
    expect(seen.get('changed')).toEqual([-10, -20, -30, -40]);
  });

  it('change what they are a view of, and other views of it', async () => {
    const nodes = [
      call('y', 'aten.neg', 'x'), call('row', 'aten.select.int', 'y', { dim: int(0), index: int(1) }), call('turned', 'aten.t', 'y'),
      call('filled', 'aten.fill_.Scalar', 'row', fill(9)), call('last', 'aten.select.int', 'turned', { dim: int(0), index: int(1) }), call('zeroed', 'aten.zero_', 'last'),
      call('all', 'aten.abs', 'y'), call('rowNow', 'aten.abs', 'row'),
    ];
    expect(await run(nodes, ['all', 'rowNow', 'turned'])).toEqual([[1, 0, 9, 0], [9, 0], [-1, 9, 0, 0]]);
  });

  it('are seen by a node that a phase put behind all others as its reader would see them', async () => {
    const nodes = [
      call('y', 'aten.neg', 'x'), call('early', 'aten.neg', 'cast'), call('changed', 'aten.mul_.Tensor', 'y', { other: { kind: 'float', value: 10 } }),
      call('late', 'aten.neg', 'changed'), call('cast', 'aten.to.dtype', 'y', { dtype: { kind: 'type', value: 'float32' } }),
    ];
    expect(await run(nodes, ['early', 'late'])).toEqual([[1, 2, 3, 4], [10, 20, 30, 40]]);
  });

  it('are refused where the layout in memory decides whether a value that is read changes', async () => {
    const flat = call('flat', 'aten.reshape', 'y', { shape: { kind: 'ints', value: [4] } });
    const nodes = [call('y', 'aten.neg', 'x'), flat, call('filled', 'aten.fill_.Scalar', 'flat', fill(1)), call('after', 'aten.abs', 'y')];
    await expect(run(nodes, ['after'])).rejects.toMatchObject({
      message: 'The value is changed in place through another one that may or may not share its memory', place: { node: 'y' },
    });
    expect(await run(nodes.slice(0, 3), ['filled'])).toEqual([[1, 1, 1, 1]]);
  });

  it('are not followed through towers of views', async () => {
    const tower = Array.from({ length: 80 }, (_, level) => call(`v${level + 1}`, 'aten.t', `v${level}`));
    const nodes = [call('v0', 'aten.neg', 'x'), ...tower, call('changed', 'aten.zero_', 'v80')];
    await expect(run(nodes, ['changed'])).rejects.toThrow('A value is a view through more than 64 others');
  });
});

describe('programs that cannot be run', () => {
  it('were exported in training mode', async () => {
    const dropout = call('drop', 'aten.dropout', 'x', { p: { kind: 'float', value: 0.5 }, train: { kind: 'bool', value: true } });
    await expect(run([dropout], ['drop'])).rejects.toMatchObject({
      message: 'The model was exported in training mode', place: { node: 'drop', hint: 'Call model.eval() before exporting' },
    });
  });

  it('have ops without a row, which are named', async () => {
    await expect(run([call('z', 'aten.fft_fft', 'x'), call('y', 'my_ops.twist', 'z')], ['y'])).rejects.toThrow(
      'these ops are missing: aten.fft_fft (node "z"), my_ops.twist (node "y")',
    );
  });
});
