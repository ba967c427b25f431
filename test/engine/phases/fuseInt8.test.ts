import { describe, expect, it } from 'vitest';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { describeGraph, expectValid, runPhases } from '../../support/phases';

const T = { T: 'float32' };
const FUSED = { quantization: { form: 'fused' } };
const x = placeholder('x', 'float32', [1, 4, 4, 2]);
const w = constant('w', 'float32', [1, 1, 2, 2], [1, -2, 0.5, 4]);
const bias = constant('bias', 'float32', [2], [1, 2]);
const conv = (name: string, input: string): NodeSpec => ({ name, op: 'Conv2D', inputs: [input, 'w'], attrs: { ...T, strides: [1, 1, 1, 1], padding: 'SAME' } });
const node = (name: string, op: string, ...inputs: string[]): NodeSpec => ({ name, op, inputs, attrs: T });
const RANGE = { min: 0, max: 3 };

describe('the fused form', () => {
  it('makes one kernel of a convolution, its bias and its activation', async () => {
    const { quantized, changes } = await runPhases(buildGraph([x, w, bias, conv('c', 'x'), node('b', 'BiasAdd', 'c', 'bias'), node('r', 'Relu', 'b'), node('y', 'Exp', 'r')]), FUSED, RANGE);
    expectValid(quantized);
    expect(describeGraph(quantized)).toEqual([
      'c: _FusedQuantizedConv2D<quint8,f,f> <- x/quantize', 'y: Exp<f> <- r/dequantize',
      'x/quantize: QuantizeV2<quint8,f,f> <- x', 'r/dequantize: Dequantize<f> <- c',
    ]);
    expect(changes.at(-1)).toMatchObject({ rule: 'fuse-int8', reason: 'Conv2D c runs as the INT8 kernel _FusedQuantizedConv2D, which computes BiasAdd, Relu and Quantize too.' });
  });
});
