// TensorFlow's own INT8 kernels, written by `quantization.form: "fused"`: equal to whole-number arithmetic without saturation.
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from './convert';
import { buildGraph, compareInTensorFlow, convertGraph, convertSubject, expectWellFormed, judges, workFolder, type Converted } from './cases';
import { Judge } from './judge';

/** As on a CPU without VNNI, where sums of products of 8 bits overflow. */
const withoutVnni = Judge.start(true, { ONEDNN_MAX_CPU_ISA: 'AVX2' });
afterAll(() => withoutVnni.close());

const CONVOLUTION = '_FusedQuantizedConv2D';
const PRODUCT = '_QuantizedMatMul';
const DEPTHWISE = '_FusedQuantizedDepthwiseConv2D';

/** FP32 rounding of what is computed after the INT8 ops, relative to the largest result. */
const ROUNDING = 1e-5;

/** RMS of the error of probabilities, relative to theirs. */
const WHOLE_NETWORK = 0.02;

/** A graph of the judge in the fused form, on ranges that the judge recorded. */
async function convertFused(graph: string): Promise<Converted & { readonly ranges: string }> {
  const subject = await buildGraph(graph);
  const ranges = path.join(workFolder, `${graph}.ranges.json`);
  await judges[0]!.ask('ranges_of', { model: subject.model, inputs: subject.inputs, feeds: subject.feeds, target: ranges });
  const converted = await convertSubject(subject, { config: { quantization: { form: 'fused' }, calibration: { ranges } } });
  expectWellFormed(converted);
  return { ...converted, ranges };
}

interface Case {
  readonly graph: string;
  /** How often each kernel is there. */
  readonly kernels: Readonly<Record<string, number>>;
  /** Values that are INT8. */
  readonly quantized: readonly string[];
}

const CASES: readonly Case[] = [
  { graph: 'fused_convolutions', kernels: { [CONVOLUTION]: 6, Pad: 1, PadV2: 2, Bitcast: 2 }, quantized: ['x', 'relu1', 'relu2', 'bias3', 'relu4', 'conv5', 'conv6'] },
  { graph: 'fused_depthwise', kernels: { [DEPTHWISE]: 3, Pad: 1, PadV2: 1, Bitcast: 2 }, quantized: ['x', 'relu1', 'bias2', 'depthwise3'] },
  { graph: 'fused_padding', kernels: { [CONVOLUTION]: 1, [DEPTHWISE]: 2, QuantizeV2: 1, Dequantize: 1, Pad: 1, PadV2: 1 }, quantized: ['x', 'relu1', 'pad1', 'bias2', 'pad2', 'relu2'] },
  { graph: 'fused_residual', kernels: { [CONVOLUTION]: 7 }, quantized: ['x', 'relu0', 'relu1', 'relu2', 'bias2', 'relu3', 'relu4', 'conv3'] },
  {
    graph: 'fused_movement', kernels: { [CONVOLUTION]: 4, QuantizedMaxPool: 1 },
    quantized: ['x', 'relu1', 'pool', 'relu2', 'relu3', 'concat', 'conv4', 'flatten'],
  },
  { graph: 'fused_products', kernels: { [PRODUCT]: 9, Erf: 0, QuantizeV2: 5, Dequantize: 0 }, quantized: ['x', 'relu1', 'bias2', 'tanh', 'sigmoid', 'relu5', 'gelu1', 'gelu2', 'gelu3'] },
];

describe('fused INT8 kernels', () => {
  it.each(CASES)('$graph gives what whole numbers give', async ({ graph, kernels, quantized }) => {
    const { subject, path: converted, model, ranges } = await convertFused(graph);
    for (const [op, count] of Object.entries(kernels)) expect(model.ofOp(op), op).toHaveLength(count);
    const request = { original: subject.model, converted, ranges, quantized, inputs: subject.inputs, feeds: subject.feeds, fetches: subject.outputs };
    const values = path.join(workFolder, `${graph}.values.npz`);
    await run(converted, subject.inputs, values);
    const answers = [...judges, withoutVnni].map((judge) => judge.ask('compare_with_integers', request));
    answers.push(judges[0]!.ask('compare_with_integers', { ...request, values }));
    for (const [index, outputs] of (await Promise.all(answers)).entries()) {
      const runtime = ['oneDNN off', 'oneDNN on', 'a CPU without VNNI', 'the embedded runtime'][index];
      for (const { maxAbsError, largest } of Object.values(outputs)) expect(maxAbsError / largest, runtime).toBeLessThan(ROUNDING);
    }
  });

  it('are not there with Quantize and Dequantize, where padded depthwise convolutions run with oneDNN too', async () => {
    const converted = await convertGraph('fused_padding', { use_bf16: true }, true);
    expect(converted.model.ofOp('DepthwiseConv2dNative')).toHaveLength(2);
    for (const { outputs } of await compareInTensorFlow(converted)) {
      for (const { relativeRms } of Object.values(outputs)) expect(relativeRms).toBeLessThan(WHOLE_NETWORK);
    }
  });

  it.each([['fused alone', {}], ['with BF16 around them', { use_bf16: true }]])('make a whole network, %s', async (_, more) => {
    const converted = await convertGraph('residual_net', { quantization: { form: 'fused' }, ...more }, true);
    expect(converted.model.ofOp(CONVOLUTION)).toHaveLength(5);
    expect(converted.model.ofOp(PRODUCT)).toHaveLength(1);
    for (const { outputs } of await compareInTensorFlow(converted)) {
      for (const { relativeRms } of Object.values(outputs)) expect(relativeRms).toBeLessThan(WHOLE_NETWORK);
    }
  });
});
