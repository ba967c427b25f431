import { describe, expect, it } from 'vitest';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { nodePrecisions } from '../../../src/engine/report/precision';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { runAllPhases } from '../../support/snapshots';

const op = (name: string, type: string, inputs: string[], T = 'float32', attrs: NodeSpec['attrs'] = {}): NodeSpec => ({ name, op: type, inputs, attrs: { T, ...attrs } });
const precisions = (nodes: readonly NodeSpec[], outputs?: string[]) => Object.fromEntries(nodePrecisions({ graph: buildGraph(nodes, { outputs }) }, dialect));

const x = placeholder('x', 'float32', [-1, 4]);
const bias = constant('b', 'float32', [4], [1]);
/** A value that went through INT8. */
const dequantize = (name: string, input: string): NodeSpec[] => [
  constant(`${name}/min`, 'float32', [], [-1]), constant(`${name}/max`, 'float32', [], [1]),
  { name: `${name}/q`, op: 'QuantizeV2', inputs: [input, `${name}/min`, `${name}/max`], attrs: { T: 'quint8', mode: 'MIN_COMBINED' } },
  { name, op: 'Dequantize', inputs: [`${name}/q`, `${name}/min`, `${name}/max`], attrs: { T: 'quint8', mode: 'MIN_COMBINED', dtype: 'float32' } },
];
const weight: NodeSpec[] = [
  constant('w', 'qint8', [4, 4], [1]), constant('w/min', 'float32', [], [-1]), constant('w/max', 'float32', [], [1]),
  { name: 'wd', op: 'Dequantize', inputs: ['w', 'w/min', 'w/max'], attrs: { T: 'qint8', mode: 'MIN_COMBINED', dtype: 'float32' } },
];

describe('the precision of a node', () => {
  it('is the type it produces', () => {
    expect(precisions([
      x, { name: 'cast', op: 'Cast', inputs: ['x'], attrs: { SrcT: 'float32', DstT: 'bfloat16' } }, op('relu', 'Relu', ['cast'], 'bfloat16'),
      op('neg', 'Neg', ['x']), op('half', 'Relu', ['h'], 'float16'), placeholder('h', 'float16', [1]), op('integer', 'Neg', ['i'], 'int32'), placeholder('i', 'int32', [1]),
      { name: 'nothing', op: 'NoOp', inputs: ['^neg'] },
    ])).toEqual({ x: 'other', cast: 'other', relu: 'bf16', neg: 'fp32', half: 'other', h: 'other', integer: 'other', i: 'other', nothing: 'other' });
  });

  it('is the type it reads where it produces no float, or always the same one', () => {
    expect(precisions([
      placeholder('y', 'bfloat16', [1, 2, 2, 1]), placeholder('size', 'int32', [2]),
      op('shape', 'Shape', ['y'], 'bfloat16', { out_type: 'int32' }),
      op('resize', 'ResizeBilinear', ['y', 'size'], 'bfloat16'),
    ])).toMatchObject({ shape: 'bf16', resize: 'bf16' });
  });

  it('is that of the activation in a batch normalisation with FP32 statistics', () => {
    const vectors = ['s', 'o', 'm', 'v'].map((name) => constant(name, 'float32', [1], [1]));
    const nodes = [placeholder('y', 'bfloat16', [1, 2, 2, 1]), ...vectors, op('bn', 'FusedBatchNormV3', ['y', 's', 'o', 'm', 'v'], 'bfloat16', { U: 'float32', is_training: false })];
    expect(precisions(nodes)['bn']).toBe('bf16');
  });

  it('is neutral for constants and what hands them on', () => {
    expect(precisions([x, bias, op('read', 'Identity', ['b']), op('y', 'AddV2', ['x', 'read'])])).toMatchObject({ b: 'other', read: 'other', y: 'fp32' });
  });

  it('is neutral for an op TensorFlow does not know', () => {
    expect(precisions([x, { name: 'custom', op: 'MyOwnOp', inputs: ['x'] }])['custom']).toBe('other');
  });

  it('is INT8 for ops on quantized types', () => {
    expect(precisions([placeholder('y', 'quint8', [1, 2]), placeholder('shape', 'int32', [1]), op('flat', 'Reshape', ['y', 'shape'], 'quint8')])['flat']).toBe('int8');
  });
});

describe('INT8 between Dequantize and Quantize', () => {
  const matmul = op('matmul', 'MatMul', ['xd', 'wd']);

  it('covers the op, its bias and its activation, and no more', () => {
    expect(precisions([x, bias, ...dequantize('xd', 'x'), ...weight, matmul, op('biased', 'BiasAdd', ['matmul', 'b']), op('relu', 'Relu', ['biased']), op('exp', 'Exp', ['relu'])]))
      .toMatchObject({ 'xd/q': 'other', xd: 'other', wd: 'other', matmul: 'int8', biased: 'int8', relu: 'int8', exp: 'fp32' });
  });

  it('needs the weights too', () => {
    const plain = [constant('wd', 'float32', [4, 4], [1])];
    expect(precisions([x, ...dequantize('xd', 'x'), ...plain, matmul])['matmul']).toBe('fp32');
  });

  it('ends at a value that is read twice', () => {
    const nodes = [x, bias, ...dequantize('xd', 'x'), ...weight, matmul, op('biased', 'BiasAdd', ['matmul', 'b']), op('other', 'Exp', ['matmul'])];
    expect(precisions(nodes)).toMatchObject({ matmul: 'int8', biased: 'fp32' });
  });

  it('ends at a value the caller fetches', () => {
    const nodes = [x, bias, ...dequantize('xd', 'x'), ...weight, matmul, op('biased', 'BiasAdd', ['matmul', 'b'])];
    expect(precisions(nodes, ['matmul', 'biased'])).toMatchObject({ matmul: 'int8', biased: 'fp32' });
  });

  it('does not cover a sum of two computed values', () => {
    const nodes = [x, ...dequantize('xd', 'x'), ...weight, matmul, op('sum', 'AddV2', ['matmul', 'x'])];
    expect(precisions(nodes)['sum']).toBe('fp32');
  });

  it('covers data movement between Dequantize and Quantize only', () => {
    const nodes = [
      x, constant('shape', 'int32', [1], [-1]), constant('axis', 'int32', [], [0]), ...dequantize('xd', 'x'),
      op('flat', 'Reshape', ['xd', 'shape'], 'float32', { Tshape: 'int32' }), op('plain', 'Reshape', ['x', 'shape'], 'float32', { Tshape: 'int32' }),
      op('mixed', 'ConcatV2', ['xd', 'x', 'axis'], 'float32', { N: 2, Tidx: 'int32' }), op('exp', 'Exp', ['xd']),
      op('read', 'Reshape', ['xd', 'shape'], 'float32', { Tshape: 'int32' }), op('reader', 'Exp', ['read']), ...['flat', 'plain', 'mixed', 'read'].flatMap((name) => dequantize(`${name}/dequantize`, name)),
    ];
    expect(precisions(nodes)).toMatchObject({ flat: 'int8', plain: 'fp32', mixed: 'fp32', read: 'fp32', exp: 'fp32' });
  });

  it('is what the plan said, after the quantize phase', async () => {
    const filter = constant('f', 'float32', [3, 3, 1, 2], [0.5]);
    const conv = op('conv', 'Conv2D', ['image', 'f'], 'float32', { strides: [1, 1, 1, 1], padding: 'SAME' });
    const pool = op('pool', 'MaxPool', ['relu'], 'float32', { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: 'SAME' });
    const graph = buildGraph([
      placeholder('image', 'float32', [1, 8, 8, 1]), filter, conv, constant('cb', 'float32', [2], [1]), op('biased', 'BiasAdd', ['conv', 'cb']), op('relu', 'Relu', ['biased']), pool,
      constant('f2', 'float32', [1, 1, 2, 2], [0.5]), op('conv2', 'Conv2D', ['pool', 'f2'], 'float32', { strides: [1, 1, 1, 1], padding: 'SAME' }), op('exp', 'Exp', ['conv2']),
    ]);
    const { snapshots, plan } = await runAllPhases(graph, {}, { min: -1, max: 1 });
    const found = nodePrecisions(snapshots[1]!, dialect);
    const planned = [...plan.nodes].filter(([id]) => found.has(id)).map(([id, { precision }]) => [id, precision]);
    expect(planned).toEqual(planned.map(([id]) => [id, found.get(id!)]));
    expect([...found.values()].filter((precision) => precision === 'int8')).toHaveLength(5);
  });
});

it('is found for a chain of any length', () => {
  const length = 10_000;
  const chain = Array.from({ length }, (_, i) => op(`n${i}`, 'Relu', [i === 0 ? 'x' : `n${i - 1}`]));
  expect(Object.values(precisions([x, ...chain])).filter((precision) => precision === 'fp32')).toHaveLength(length);
});
