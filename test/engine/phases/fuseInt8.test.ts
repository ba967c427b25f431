import { describe, expect, it } from 'vitest';
import { decodeTensor } from '../../../src/engine/formats/tensorflow/tensor';
import type { Graph } from '../../../src/engine/graph/graph';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { describeGraph, expectValid, runPhases } from '../../support/phases';

const T = { T: 'float32' };
const FUSED = { quantization: { form: 'fused' } };
const RANGE = { min: 0, max: 3 };
const SIGNED = { min: -1, max: 3 };

const x = placeholder('x', 'float32', [-1, 4, 4, 4]);
const w = constant('w', 'float32', [3, 3, 4, 4], [1, -2, 0.5, 4]);
const bias = constant('bias', 'float32', [4], [1, 2]);
const conv = (name: string, input: string, attrs = {}): NodeSpec =>
  ({ name, op: 'Conv2D', inputs: [input, 'w'], attrs: { ...T, strides: [1, 1, 1, 1], padding: 'SAME', ...attrs } });
const node = (name: string, op: string, ...inputs: string[]): NodeSpec => ({ name, op, inputs, attrs: T });

async function fuse(nodes: readonly NodeSpec[], { config = FUSED, range = RANGE }: { config?: object; range?: { min: number; max: number } } = {}) {
  const { quantized, changes } = await runPhases(buildGraph(nodes), config, range);
  expectValid(quantized);
  const reasons = changes.filter(({ rule }) => rule === 'keep-quantize-dequantize').map(({ reason }) => reason);
  return { graph: quantized, ops: describeGraph(quantized), changes, reasons };
}

const values = (graph: Graph, id: string): number[] => [...(decodeTensor(graph.nodes.get(id)!.attributes.get('value')).data as Float32Array)];

describe('the fused form', () => {
  it('makes one kernel of a convolution, its bias and its activation', async () => {
    const { ops, changes } = await fuse([x, w, bias, conv('c', 'x'), node('b', 'BiasAdd', 'c', 'bias'), node('r', 'Relu', 'b'), node('y', 'Exp', 'r')]);
    expect(ops).toEqual([
      'c: _FusedQuantizedConv2D<quint8,f,f> <- x/quantize', 'y: Exp<f> <- r/dequantize',
      'x/quantize: QuantizeV2<quint8,f,f> <- x', 'r/dequantize: Dequantize<f> <- c',
    ]);
    expect(changes.at(-1)).toMatchObject({
      rule: 'fuse-int8', reason: 'Conv2D c runs as the INT8 kernel _FusedQuantizedConv2D, which computes BiasAdd, Relu and Quantize too.',
      before: expect.arrayContaining(['c', 'b', 'r', 'r/quantize', 'x/dequantize', 'w/dequantize']) as string[],
    });
  });

  it('is not used unless it is asked for', async () => {
    expect((await fuse([x, w, conv('c', 'x'), node('y', 'Exp', 'c')], { config: {} })).ops).toContain('c: Conv2D<f> <- x/dequantize, w/dequantize');
  });

  it('keeps weights to 7 bits unless the target has VNNI or the config says otherwise', async () => {
    const nodes = [x, w, conv('c', 'x'), node('y', 'Exp', 'c')];
    const largest = async (config: object) => Math.max(...values((await fuse(nodes, { config })).graph, 'w/int8'));
    expect(await largest(FUSED)).toBe(64);
    expect(await largest({ ...FUSED, target_isa: 'avx512_vnni' })).toBe(127);
    expect(await largest({ quantization: { form: 'fused', reduce_range: false } })).toBe(127);
    expect(await largest({ quantization: { reduce_range: true } })).toBe(64);
    expect(await largest({})).toBe(127);
  });

  it('puts zero points into the bias, and pads before a value is quantized', async () => {
    const ones = constant('w', 'float32', [1, 1, 4, 4], [1]);
    const { graph } = await fuse([x, ones, conv('c', 'x'), node('y', 'Exp', 'c')], { range: SIGNED });
    // Both have zero point 64 and steps of 4/255: 4 products of 64 steps too much, 64 steps more wanted.
    expect(values(graph, 'c/fused_bias')[0]).toBeCloseTo(-3 * 64 * (4 / 255), 5);
    expect((await fuse([x, ones, conv('c', 'x'), node('y', 'Exp', 'c')], { range: SIGNED })).ops).not.toContain('c/fused_pad');
    const padded = await fuse([x, w, conv('c', 'x'), node('y', 'Exp', 'c')], { range: SIGNED });
    expect(padded.ops).toContain('c/fused_pad: Pad<f> <- x');
    expect(padded.ops).toContain('c/fused_quantize: QuantizeV2<quint8,f,f> <- c/fused_pad');
  });

  it('adds a shortcut in the kernel only where nothing reads it later', async () => {
    const block = [x, w, conv('a', 'x'), node('ra', 'Relu', 'a'), conv('b', 'ra'), node('rb', 'Relu', 'b'), conv('c', 'rb'), node('sum', 'AddV2', 'c', 'ra'), node('r', 'Relu', 'sum')];
    expect((await fuse([...block, node('y', 'Exp', 'r')])).ops).toContain('c: _FusedQuantizedConv2D<quint8,f,f> <- b, a');
    const later = await fuse([...block, node('e', 'Exp', 'r'), node('y', 'AddV2', 'e', 'ra')]);
    expect(later.ops).toContain('c: _FusedQuantizedConv2D<quint8,f,f> <- b');
    expect(later.ops).toContain('sum: AddV2<f> <- c/dequantize, ra/dequantize');
    // Another view of the same memory is no safer.
    const alias = await fuse([...block, node('view', 'Identity', 'ra'), node('e', 'Exp', 'r'), node('y', 'AddV2', 'e', 'view')]);
    expect(alias.ops).toContain('c: _FusedQuantizedConv2D<quint8,f,f> <- b');
  });

  it('adds no shortcut of another shape, no constant and none that is no kernel\'s result', async () => {
    const scalars = constant('k', 'float32', [1, 4, 4, 4], [1]);
    for (const shortcut of ['x', 'k']) {
      const { ops } = await fuse([x, w, scalars, conv('c', 'x'), node('sum', 'AddV2', 'c', shortcut), node('y', 'Exp', 'sum')]);
      expect(ops).toContain('c: _FusedQuantizedConv2D<quint8,f,f> <- x/quantize');
    }
    const pooled = { ksize: [1, 4, 4, 1], strides: [1, 4, 4, 1], padding: 'VALID' };
    const wide = await fuse([
      x, w, conv('a', 'x'), { ...node('p', 'MaxPool', 'a'), attrs: { ...T, ...pooled } }, conv('b', 'p'), conv('d', 'x', { dilations: [1, 2, 2, 1] }), node('sum', 'AddV2', 'd', 'b'), node('y', 'Exp', 'sum'),
    ]);
    expect(wide.ops).toContain('d: _FusedQuantizedConv2D<quint8,f,f> <- x/quantize');
  });

  it('leaves an addition alone for which another precision was asked', async () => {
    const nodes = [x, w, conv('a', 'x'), node('ra', 'Relu', 'a'), conv('c', 'ra'), node('b', 'BiasAdd', 'c', 'bias'), bias, node('y', 'Exp', 'b')];
    const { ops } = await fuse(nodes, { config: { ...FUSED, op_name_dict: { b: 'fp32' } } });
    expect(ops).toContain('b: BiasAdd<f> <- c/dequantize');
  });

  it('says why an op stays between Quantize and Dequantize', async () => {
    const nchw = await fuse([x, w, conv('c', 'x', { data_format: 'NCHW' }), node('y', 'Exp', 'c')]);
    expect(nchw.reasons).toEqual(['Conv2D c stays between Quantize and Dequantize: TensorFlow has INT8 convolutions only for channels in the last axis (NHWC).']);
    const fetched = await fuse([x, w, conv('y', 'x')]);
    expect(fetched.reasons).toEqual(['Conv2D y stays between Quantize and Dequantize: The caller fetches its result, and the kernel gives INT8 only.']);
    const groups = await fuse([x, constant('w', 'float32', [1, 1, 2, 4], [1]), conv('c', 'x'), node('y', 'Exp', 'c')]);
    expect(groups.reasons[0]).toMatch(/convolutions in groups/);
    const clipped = await fuse([x, w, conv('c', 'x'), node('r', 'Relu', 'c'), node('y', 'Exp', 'r')], { range: SIGNED });
    expect(clipped.reasons[0]).toMatch(/shares a range that goes below zero/);
  });

  it('leaves products of two computed values FP32 unless INT8 is asked for', async () => {
    const nodes = [placeholder('p', 'float32', [2, 2]), placeholder('q', 'float32', [2, 2]), node('m', 'MatMul', 'p', 'q'), node('y', 'Exp', 'm')];
    expect(await fuse(nodes)).toMatchObject({ ops: ['m: MatMul<f> <- p, q', 'y: Exp<f> <- m'], reasons: [] });
    const { reasons } = await fuse(nodes, { config: { ...FUSED, op_type_dict: { MatMul: 'int8' } } });
    expect(reasons[0]).toMatch(/multiplies two computed values/);
  });

  it('hands INT8 on through pooling', async () => {
    const pool = { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: 'VALID' };
    const nodes = [x, w, conv('a', 'x'), { ...node('p', 'MaxPool', 'a'), attrs: { ...T, ...pool } }, conv('c', 'p'), node('y', 'Exp', 'c')];
    const { ops } = await fuse(nodes);
    expect(ops).toContain('p: QuantizedMaxPool<quint8,f,f> <- a');
    expect(ops).toContain('c: _FusedQuantizedConv2D<quint8,f,f> <- p');
    const averages = await fuse(nodes.map((spec) => (spec.name === 'p' ? { ...spec, op: 'AvgPool' } : spec)));
    expect(averages.reasons[0]).toMatch(/rounds averages of INT8 down/);
  });

  it('gives a product in FP32 under the name that callers fetch', async () => {
    const nodes = [placeholder('x', 'float32', [-1, 4]), constant('v', 'float32', [4, 4], [1, 2]), bias, node('m', 'MatMul', 'x', 'v'), node('b', 'BiasAdd', 'm', 'bias'), node('y', 'Tanh', 'b')];
    const { ops, graph } = await fuse(nodes);
    expect(ops).toEqual(['y: _QuantizedMatMul<f> <- x/quantize', 'x/quantize: QuantizeV2<quint8,f,f> <- x']);
    expect(graph.outputs).toMatchObject([{ name: 'y', value: { node: 'm', output: 0 } }]);
  });

  it('lets a kernel wait for what its parts waited for, and others for the kernel', async () => {
    const waits = { ...node('r', 'Relu', 'c'), inputs: ['c', '^first'] };
    const { graph } = await fuse([x, w, node('first', 'Exp', 'x'), conv('c', 'x'), waits, { ...node('y', 'Exp', 'r'), inputs: ['r'] }, { ...node('last', 'Exp', 'x'), inputs: ['x', '^r'] }]);
    expect(graph.nodes.get('c')!.controlInputs).toEqual(['first']);
    expect(graph.nodes.get('last')!.controlInputs).toEqual(['c']);
  });
});
