import { describe, expect, it } from 'vitest';
import { activationGrid } from '../../../src/engine/calibration/activationGrid';
import type { TuningConfig } from '../../../src/engine/config/config';
import { parseConfig } from '../../../src/engine/config/parse';
import { onnxDialect } from '../../../src/engine/formats/onnx/dialect';
import { pytorchDialect } from '../../../src/engine/formats/pytorch/dialect';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { decodeTensor } from '../../../src/engine/formats/tensorflow/tensor';
import type { Graph } from '../../../src/engine/graph/graph';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { NO_PROGRESS } from '../../../src/engine/host';
import { quantize } from '../../../src/engine/phases/quantize/quantize';
import { quantizeWeight } from '../../../src/engine/phases/quantize/quantizeWeight';
import { sevenBits } from '../../../src/engine/phases/quantize/weightGrid';
import { buildGraph, constant, placeholder, tensor, type NodeSpec } from '../../support/graphBuilder';
import { describeGraph, expectValid, runPhases } from '../../support/phases';
import { normalNumbers } from '../../support/random';

const T = { T: 'float32' };
const x = placeholder('x', 'float32', [1, 4, 4, 2]);
const w = constant('w', 'float32', [1, 1, 2, 2], [1, -2, 0.5, 4]);
const conv = (name: string, input: string, weight = 'w'): NodeSpec =>
  ({ name, op: 'Conv2D', inputs: [input, weight], attrs: { ...T, strides: [1, 1, 1, 1], padding: 'SAME' } });
const unary = (name: string, op: string, input: string, attrs = {}): NodeSpec => ({ name, op, inputs: [input], attrs: { ...T, ...attrs } });
const RANGE = { min: -1, max: 3 };
const floats = (graph: Graph, id: string): number[] => [...(decodeTensor(graph.nodes.get(id)!.attributes.get('value')).data as Float32Array)];

describe('quantize', () => {
  it('leaves the graph as it is when nothing can be INT8', async () => {
    const graph = buildGraph([x, w, conv('y', 'x')]);
    expect((await runPhases(graph, {})).quantized.nodes).toEqual(graph.nodes);
  });

  it('puts one Quantize and Dequantize on a value for all its INT8 readers, and leaves FP32 readers alone', async () => {
    const { quantized } = await runPhases(buildGraph([x, w, conv('a', 'x'), conv('b', 'x'), unary('c', 'Exp', 'x')]), {}, RANGE);
    expectValid(quantized);
    expect(describeGraph(quantized)).toEqual([
      'a: Conv2D<f> <- x/dequantize, w/dequantize', 'b: Conv2D<f> <- x/dequantize, w/dequantize', 'c: Exp<f> <- x',
      'x/quantize: QuantizeV2<quint8,f,f> <- x', 'x/dequantize: Dequantize<f> <- x/quantize', 'w/dequantize: Dequantize<f> <- ',
    ]);
  });

  it('stores weights per output channel, or per tensor on demand', async () => {
    const graph = buildGraph([x, w, conv('y', 'x')]);
    const perChannel = (await runPhases(graph, {}, RANGE)).quantized;
    expect(floats(perChannel, 'w/int8_max')).toEqual([1, 4]);
    expect(decodeTensor(perChannel.nodes.get('w/int8')!.attributes.get('value'))).toEqual({ dtype: 'qint8', shape: [1, 1, 2, 2], data: Int8Array.of(127, -64, 64, 127) });
    const perTensor = (await runPhases(graph, { quantization: { weight_granularity: 'per_tensor' } }, RANGE)).quantized;
    expect(floats(perTensor, 'w/int8_max')).toEqual([4]);
  });

  it('keeps no FP32 weights for nodes that only wait for a copy of them', async () => {
    const waiting: NodeSpec[] = [unary('copy', 'Identity', 'w'), { name: 'done', op: 'NoOp', inputs: ['^copy'] }, { ...unary('result', 'Identity', 'y'), inputs: ['y', '^done'] }];
    const { quantized } = await runPhases(buildGraph([x, w, conv('y', 'x'), ...waiting]), {}, RANGE);
    expectValid(quantized);
    expect(['w', 'copy', 'w/int8'].map((id) => quantized.nodes.has(id))).toEqual([false, false, true]);
    expect(quantized.nodes.get('done')!.controlInputs).toEqual([]);
    const read = await runPhases(buildGraph([x, w, conv('y', 'x'), unary('copy', 'Identity', 'w'), unary('sum', 'Exp', 'copy')]), {}, RANGE);
    expect(read.quantized.nodes.has('w')).toBe(true);
  });

  it('hands INT8 through pooling in one range', async () => {
    const pool = { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: 'VALID' };
    const { quantized } = await runPhases(buildGraph([x, w, conv('a', 'x'), unary('pool', 'MaxPool', 'a', pool), conv('y', 'pool')]), {}, RANGE);
    expectValid(quantized);
    expect(describeGraph(quantized)).toContain('pool: MaxPool<f> <- a/dequantize');
    expect(describeGraph(quantized)).toContain('y: Conv2D<f> <- pool/dequantize, w/dequantize');
    expect(floats(quantized, 'a/quantize_max')).toEqual(floats(quantized, 'pool/quantize_max'));
  });

  it('does not quantize a value twice', async () => {
    const once = (await runPhases(buildGraph([x, w, conv('y', 'x')]), {}, RANGE)).quantized;
    expect(describeGraph((await runPhases(once, {}, RANGE)).quantized)).toEqual(describeGraph(once));
  });

  it('quantizes both factors of a product of two computed values', async () => {
    const graph = buildGraph([placeholder('a', 'float32', [2, 2]), placeholder('b', 'float32', [2, 2]), { name: 'y', op: 'BatchMatMulV2', inputs: ['a', 'b'], attrs: T }]);
    expect(describeGraph((await runPhases(graph, {}, RANGE)).quantized)[0]).toBe('y: BatchMatMulV2<f> <- a/dequantize, b/dequantize');
  });

  it.each([
    ['abc,cde->abde', 1, [2, 3, 4], 4],
    ['abc,cd->abd', 1, [3, 5], 5],
    ['aecd,abcd->acbe', 1, undefined, undefined],
  ])('finds the output channels of Einsum %s', async (equation, input, shape, channels) => {
    const right = shape === undefined ? placeholder('r', 'float32', [1, 1, 1, 1]) : constant('r', 'float32', shape, [1]);
    const graph = buildGraph([placeholder('l', 'float32', [1, 1, 3]), right, { name: 'y', op: 'Einsum', inputs: ['l', 'r'], attrs: { ...T, N: 2, equation } }]);
    const { quantized } = await runPhases(graph, {}, RANGE);
    expect(quantized.nodes.get('y')!.inputs[input]!.node).toBe('r/dequantize');
    if (channels !== undefined) expect(floats(quantized, 'r/int8_max')).toHaveLength(channels);
  });
});

describe('a value calibration never saw', () => {
  it('leaves its readers to BF16 where that is on, FP32 otherwise, with a warning', async () => {
    const graph = buildGraph([x, w, conv('y', 'x')]);
    const plan = async (config: object): Promise<string[]> => {
      const context = { dialect, canCalibrate: true };
      const request = { graph, config: parseConfig(JSON.stringify(config), '').config, context, rangesOf: () => Promise.resolve(new Map()) };
      const { plan: { nodes, warnings } } = await quantize(request, NO_PROGRESS);
      return [nodes.get('y')!.precision, ...warnings.map(({ node, message }) => `${node}: ${message}`)];
    };
    const warning = 'y: It is not INT8: Calibration saw no value of x, so there is no range for INT8.';
    expect(await plan({})).toEqual(['fp32', warning]);
    expect(await plan({ use_bf16: true })).toEqual(['bf16', warning]);
  });
});

describe('activationGrid', () => {
  it.each([[-1, 3], [0, 6], [2, 5], [-4, -1], [-0.37, 12.9]])('covers [%f, %f] to half a step and represents zero', (min, max) => {
    const { scale, zeroPoint } = activationGrid({ min, max });
    expect(-zeroPoint * scale).toBeLessThanOrEqual(Math.min(0, min) + scale / 2);
    expect((255 - zeroPoint) * scale).toBeGreaterThanOrEqual(Math.max(0, max) - scale / 2);
    expect(zeroPoint).toBe(Math.round(zeroPoint));
  });

  it('has a width for a value that is always zero', () => {
    expect(activationGrid({ min: 0, max: 0 })).toEqual({ scale: 1 / 255, zeroPoint: 0 });
  });
});

describe('a grid by the rule of PyTorch', () => {
  const rule = { smallestScale: 2 ** -12, isSinglePrecision: true, reducesRange: true };

  it('has scales in FP32, and none below its epsilon', () => {
    const { scale, zeroPoint } = activationGrid({ min: -0.1, max: 1.3 }, { rule });
    expect([scale, zeroPoint]).toEqual([Math.fround(Math.fround(Math.fround(1.3) - Math.fround(-0.1)) / 255), 18]);
    expect(activationGrid({ min: 0, max: 1e-9 }, { rule })).toEqual({ scale: 2 ** -12, zeroPoint: 0 });
  });

  it('gives up a bit on CPUs without VNNI', () => {
    const config = (text: string): TuningConfig => parseConfig(text, '').config;
    expect(sevenBits(config('{ "target_isa": "avx2" }'), pytorchDialect)).toEqual({ weights: false, activations: true });
    expect(sevenBits(config('{ "quantization": { "reduce_range": true } }'), pytorchDialect)).toEqual({ weights: false, activations: true });
    expect(sevenBits(config('{}'), pytorchDialect)).toEqual({ weights: false, activations: false });
    expect(sevenBits(config('{ "target_isa": "avx2" }'), onnxDialect)).toEqual({ weights: true, activations: false });
    expect(sevenBits(config('{ "target_isa": "avx512_vnni" }'), onnxDialect)).toEqual({ weights: false, activations: false });
    expect(sevenBits(config('{ "target_isa": "avx2" }'), dialect)).toEqual({ weights: false, activations: false });
    expect(activationGrid({ min: -1, max: 1 }, { rule, hasSevenBits: true })).toMatchObject({ zeroPoint: 64, highest: 127 });
  });
});

describe('quantizeWeight', () => {
  it('with mse takes the scale of the least squared error in each channel', () => {
    const [rows, columns] = [500, 3];
    const numbers = normalNumbers(rows * columns, 3).map((value, index) => (index % columns === 0 ? value ** 5 : value));
    const weight: Tensor = { dtype: 'float32', shape: [rows, columns], data: numbers };
    const { values, scales } = quantizeWeight(weight, 1, dialect.weightGrid, 'mse');
    const plain = quantizeWeight(weight, 1, dialect.weightGrid);
    for (let channel = 0; channel < columns; channel++) {
      const column = numbers.filter((_, index) => index % columns === channel);
      const errorOf = (scale: number): number => column.reduce((sum, value) => sum + (value - scale * Math.max(-127, Math.min(127, Math.round(value / scale)))) ** 2, 0);
      const least = Math.min(...Array.from({ length: 400 }, (_, index) => errorOf((plain.scales[channel]! * (index + 101)) / 500)));
      expect(errorOf(scales[channel]!)).toBeLessThanOrEqual(1.1 * least);
      expect(errorOf(scales[channel]!)).toBeLessThanOrEqual(errorOf(plain.scales[channel]!));
    }
    expect(scales).not.toEqual(plain.scales);
    expect(Math.max(...(values.data as Int8Array))).toBe(127);
    expect([...quantizeWeight(tensor('float32', [2], [0, 0]), undefined, dialect.weightGrid, 'mse').scales]).toEqual([1 / 127]);
  });

  it('rounds to nearest even, never to -128, and survives a channel of zeros', () => {
    const { values, scales } = quantizeWeight(tensor('float32', [2, 2], [127, 0, -63.5, 0]), 1, dialect.weightGrid);
    expect([...(values.data as Int8Array)]).toEqual([127, 0, -64, 0]);
    expect([...scales]).toEqual([1, 1 / 127]);
  });
});
