import { describe, expect, it } from 'vitest';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../../support/graphBuilder';

const names = (values: readonly { name: string }[]): string[] => values.map((value) => value.name);
const identity = (name: string, ...inputs: string[]): NodeSpec => ({ name, op: 'Identity', inputs, attrs: { T: 'float32' } });
const X = placeholder('x', 'float32', [-1, 4]);

describe('inputs', () => {
  it('are the placeholders with their types and shapes', () => {
    const graph = buildGraph([
      X, constant('one', 'float32', [], [1]),
      { name: 'rate', op: 'PlaceholderWithDefault', inputs: ['one'], attrs: { dtype: 'float32', shape: { kind: 'shape', value: undefined } } },
      { name: 'y', op: 'Mul', inputs: ['x', 'rate'], attrs: { T: 'float32' } },
    ]);
    expect(graph.inputs).toEqual([
      { name: 'x', value: { node: 'x', output: 0 }, dtype: 'float32', shape: [-1, 4] },
      { name: 'rate', value: { node: 'rate', output: 0 }, dtype: 'float32', shape: undefined },
    ]);
  });

  it('are the values the user names instead, with the shapes that follow from the graph', () => {
    const nodes: NodeSpec[] = [
      placeholder('wav', 'string', []), { name: 'decode', op: 'DecodeWav', inputs: ['wav'], attrs: { desired_samples: 16000, desired_channels: 1 } },
      { name: 'unknown', op: 'my_function', inputs: ['decode'] }, identity('y', 'unknown'),
    ];
    expect(buildGraph(nodes, { inputs: ['unknown:0', 'decode', 'decode:1'] }).inputs).toEqual([
      { name: 'unknown', value: { node: 'unknown', output: 0 }, dtype: undefined, shape: undefined },
      { name: 'decode', value: { node: 'decode', output: 0 }, dtype: undefined, shape: [16000, 1] },
      { name: 'decode:1', value: { node: 'decode', output: 1 }, dtype: undefined, shape: [] },
    ]);
  });

  it('are not what lowering a loop leaves behind', () => {
    expect(names(buildGraph([X, placeholder('unused_control_flow_input_3', 'bool', []), identity('y', 'x')]).inputs)).toEqual(['x']);
  });
});

describe('outputs', () => {
  it('are all outputs of the nodes nothing uses', () => {
    const graph = buildGraph([
      X, identity('y', 'x'), constant('axis', 'int32', [], [0]), constant('unused', 'float32', [], [0]),
      { name: 'parts', op: 'Split', inputs: ['axis', 'x'], attrs: { T: 'float32', num_split: 2 } },
      { name: 'best', op: 'TopKV2', inputs: ['x', 'axis'], attrs: { T: 'float32' } },
      { name: 'list', op: 'IdentityN', inputs: ['x', 'axis'], attrs: { T: ['float32', 'int32'] } },
      { name: 'function', op: 'my_function', inputs: ['x'] },
    ]);
    expect(graph.outputs).toEqual(['y', 'parts', 'parts:1', 'best', 'best:1', 'list', 'list:1', 'function'].map((name) => ({
      name, value: { node: name.split(':')[0], output: name.endsWith(':1') ? 1 : 0 }, dtype: undefined,
    })));
  });

  it('are not further outputs of nodes that are read', () => {
    const moments: NodeSpec = { name: 'bn', op: 'FusedBatchNorm', inputs: ['x', 'x', 'x', 'x', 'x'], attrs: { T: 'float32' } };
    expect(names(buildGraph([X, moments, identity('y', 'bn')]).outputs)).toEqual(['y']);
  });

  it('are not nodes run for their effect or waited for by others', () => {
    const graph = buildGraph([
      X, identity('y', 'x', '^checked'),
      { name: 'checked', op: 'NoOp', inputs: ['^assert', '^loop'] },
      { name: 'assert', op: 'Assert', inputs: ['x'] },
      identity('loop', 'x'),
      { name: 'print', op: 'Print', inputs: ['x', 'x'] },
      { name: 'done', op: 'NoOp', inputs: ['^y'] },
    ]);
    expect(names(graph.outputs)).toEqual(['y']);
  });

  it('are the constants of a graph with nothing else', () => {
    expect(names(buildGraph([constant('a', 'float32', [], [1]), constant('b', 'float32', [], [1])]).outputs)).toEqual(['a', 'b']);
  });

  it('are the values the user names instead', () => {
    const graph = buildGraph([X, identity('hidden', 'x'), identity('y', 'hidden')], { outputs: ['y:0', 'hidden'] });
    expect(names(graph.outputs)).toEqual(['y', 'hidden']);
  });
});
