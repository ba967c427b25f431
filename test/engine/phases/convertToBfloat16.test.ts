import { describe, expect, it } from 'vitest';
import { decodeTensor } from '../../../src/engine/formats/tensorflow/tensor';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { bf16Only, castCount, describeGraph, expectValid, runPhases } from '../../support/phases';

const T = { T: 'float32' };
const x = placeholder('x', 'float32', [2, 2]);
const unary = (name: string, op: string, input: string): NodeSpec => ({ name, op, inputs: [input], attrs: T });
const matmul = (name: string, a: string, b: string): NodeSpec => ({ name, op: 'MatMul', inputs: [a, b], attrs: T });
const none = { cast_placement: 'none' };

describe('convertToBfloat16', () => {
  it('puts one Cast on a value however many BF16 ops read it', async () => {
    const graph = buildGraph([x, unary('a', 'Relu', 'x'), unary('b', 'Tanh', 'x'), { name: 'c', op: 'Mul', inputs: ['x', 'x'], attrs: T }, unary('d', 'Exp', 'x')]);
    const { converted } = await runPhases(graph, { ...bf16Only('[abc]'), ...none });
    expectValid(converted);
    expect(describeGraph(converted).filter((line) => /<- x($|,)/.test(line))).toEqual([
      'd: Exp<f> <- x', 'x/to_bfloat16: Cast<b> <- x',
    ]);
  });

  it('puts no Cast between two BF16 ops', async () => {
    const graph = buildGraph([x, unary('a', 'Relu', 'x'), unary('b', 'Tanh', 'a'), unary('c', 'Exp', 'b')]);
    const { converted } = await runPhases(graph, { ...bf16Only('[ab]'), ...none });
    expect(describeGraph(converted)).toEqual([
      'a: Relu<b> <- x/to_bfloat16', 'b: Tanh<b> <- a', 'c: Exp<f> <- b/to_float32',
      'x/to_bfloat16: Cast<b> <- x', 'b/to_float32: Cast<f> <- b',
    ]);
  });

  it('stores the weights of a BF16 op in BF16, rounded to nearest even, and keeps FP32 copies for FP32 readers', async () => {
    const graph = buildGraph([x, constant('w', 'float32', [2, 2], [1.00390625, 1.01171875, 3.4e38, -3]), matmul('a', 'x', 'w'), matmul('b', 'x', 'w')]);
    const { converted } = await runPhases(graph, { ...bf16Only('a'), ...none });
    expectValid(converted);
    expect(converted.nodes.get('b')!.inputs[1]!.node).toBe('w');
    const copy = converted.nodes.get('w/bfloat16')!;
    // 1.00390625 lies between 1 and 1.0078125, 1.01171875 between 1.0078125 and 1.015625; 3.4e38 is beyond the largest BF16.
    expect([...(decodeTensor(copy.attributes.get('value')).data as Uint16Array)]).toEqual([0x3f80, 0x3f82, 0x7f7f, 0xc040]);
  });

  it('finds weights behind an Identity and drops what nothing reads any more', async () => {
    const graph = buildGraph([x, constant('w', 'float32', [2, 2], [1]), unary('w/read', 'Identity', 'w'), matmul('a', 'x', 'w/read'), unary('y', 'Exp', 'a')]);
    const { converted } = await runPhases(graph, { ...bf16Only('a'), ...none });
    expect([...converted.nodes.keys()]).toEqual(['x', 'a', 'y', 'x/to_bfloat16', 'w/bfloat16', 'a/to_float32']);
  });

  it('keeps name and type of a fetched output: the Cast takes over the name', async () => {
    const graph = buildGraph([x, unary('y', 'Relu', 'x')]);
    const { converted } = await runPhases(graph, { ...bf16Only('y'), ...none });
    expectValid(converted);
    expect(describeGraph(converted)).toEqual(['y/bfloat16: Relu<b> <- x/to_bfloat16', 'x/to_bfloat16: Cast<b> <- x', 'y: Cast<f> <- y/bfloat16']);
  });

  it('keeps all outputs of a fetched node with several under its name', async () => {
    const graph = buildGraph([x, constant('k', 'int32', [], [1]), { name: 'y', op: 'TopKV2', inputs: ['x', 'k'], attrs: { ...T, Tk: 'int32', index_type: 'int32' } }]);
    const { converted } = await runPhases(graph, { ...bf16Only('y'), ...none });
    expectValid(converted);
    expect(converted.outputs.map(({ name, value }) => [name, value.output])).toEqual([['y', 0], ['y:1', 1]]);
  });

  it('converts the type attributes a kernel accepts and leaves the others', async () => {
    const bn: NodeSpec = { name: 'bn', op: 'FusedBatchNormV3', inputs: ['i', 's', 's', 's', 's'], attrs: { ...T, U: 'float32', is_training: false } };
    const graph = buildGraph([placeholder('i', 'float32', [1, 2, 2, 2]), constant('s', 'float32', [2], [1]), bn, unary('y', 'Exp', 'bn')]);
    const { converted } = await runPhases(graph, { ...bf16Only('bn'), ...none });
    expectValid(converted);
    expect(describeGraph(converted)[0]).toBe('bn: FusedBatchNormV3<b,f,f,f,f,f> <- i/to_bfloat16');
  });

  it('converts a loop with its back edge in one type, its constants in their frame and its condition in FP32', async () => {
    const loop = (name: string, op: string, inputs: readonly string[], attrs = {}): NodeSpec => ({ name, op, inputs, attrs: { ...T, ...attrs } });
    const graph = buildGraph([
      x, constant('limit', 'float32', [], [3]),
      loop('enter', 'Enter', ['x'], { frame_name: 'f' }),
      loop('merge', 'Merge', ['enter', 'next'], { N: 2 }),
      loop('sum', 'Sum', ['merge', 'axes'], { Tidx: 'int32' }),
      { name: 'axes', op: 'Const', inputs: ['^merge'], attrs: constant('axes', 'int32', [2], [0, 1]).attrs! },
      loop('limit_in', 'Enter', ['limit'], { frame_name: 'f', is_constant: true }),
      loop('less', 'Less', ['sum', 'limit_in']),
      { name: 'cond', op: 'LoopCond', inputs: ['less'] },
      loop('switch', 'Switch', ['merge', 'cond']),
      { name: 'half', op: 'Const', inputs: ['^switch'], attrs: constant('half', 'float32', [], [0.5]).attrs! },
      loop('body', 'Mul', ['switch:1', 'half']),
      loop('next', 'NextIteration', ['body']),
      loop('exit', 'Exit', ['switch']),
      unary('y', 'Relu', 'exit'),
    ]);
    const { optimized } = await runPhases(graph, { use_bf16: true, bf16_ops: ['re:.*'] });
    expectValid(optimized);
    expect(describeGraph(optimized)).toEqual(expect.arrayContaining([
      'enter: Enter<b> <- x/to_bfloat16', 'merge: Merge<b,int32> <- enter, next', 'sum: Sum<b> <- merge', 'less: Less<bool> <- sum/to_float32, limit_in',
      'switch: Switch<b,b> <- merge, cond', 'body: Mul<b> <- switch:1', 'next: NextIteration<b> <- body', 'y/bfloat16: Relu<b> <- exit',
    ]));
    expect(optimized.nodes.get('half/bfloat16')!.controlInputs).toEqual(['switch']);
  });

  it('is a fixed point: converting a converted graph changes nothing', async () => {
    const graph = buildGraph([x, unary('a', 'Relu', 'x'), unary('b', 'Exp', 'a'), unary('c', 'Tanh', 'b'), unary('d', 'Exp', 'c')]);
    const config = bf16Only('[ac]');
    const once = (await runPhases(graph, config)).optimized;
    const twice = await runPhases(once, config);
    expect(castCount(once)).toBe(4);
    expect(describeGraph(twice.optimized)).toEqual(describeGraph(once));
  });
});
