import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOnnx } from '../../../../src/engine/formats/onnx/read';
import { NO_PROGRESS } from '../../../../src/engine/host';
import { createConversion, type Conversion } from '../../../../src/engine/pipeline';
import { nodeHost } from '../../../../src/worker/nodeHost';
import { memorySource } from '../../../support/memoryFile';
import { buildOnnx } from '../../../support/onnxBuilder';

const MODEL = 'media/samples/digits.onnx';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onnx-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** All phases under a config, and the model that was saved, read again. */
async function converted(config: object, model = MODEL): Promise<{ conversion: Conversion; counts: Map<string, number>; saved: Awaited<ReturnType<typeof readOnnx>> }> {
  const conversion = createConversion(nodeHost(NO_PROGRESS));
  await conversion.open(model, { text: JSON.stringify(config), path: join(folder, 'config.json') });
  for (let phase = 0; phase < 3; phase++) await conversion.runPhase();
  const file = join(folder, 'converted.onnx');
  await conversion.save(file, true);
  const saved = await readOnnx(memorySource(readFileSync(file)), {});
  const counts = new Map<string, number>();
  for (const { op } of saved.nodes.values()) counts.set(op, (counts.get(op) ?? 0) + 1);
  return { conversion, counts, saved };
}

describe('INT8', () => {
  it('folds batch normalisation into convolutions and puts weights, biases and activations between Quantize and Dequantize', async () => {
    const graph = await readOnnx(memorySource(readFileSync(MODEL)), {});
    const ranges = Object.fromEntries([...graph.nodes.keys()].map((id) => [`${id}:0`, { min: -1, max: 3 }]));
    await writeFile(join(folder, 'ranges.json'), JSON.stringify(ranges));
    const { counts, saved, conversion } = await converted({ calibration: { ranges: 'ranges.json' } });
    expect(counts.get('BatchNormalization')).toBeUndefined();
    expect(counts.get('Conv')).toBe(6);
    const dequantized = (type: string): number =>
      [...saved.nodes.values()].filter((node) => node.op === 'DequantizeLinear' && saved.nodes.get(node.inputs[0]!.node)!.name.includes(type)).length;
    expect(dequantized('/int8')).toBe(8);
    expect(dequantized('/int32')).toBe(8);
    expect((await conversion.report()).phases[0]!.precision.int8).toBeGreaterThanOrEqual(16);
    expect(saved.outputs.map(({ name }) => name)).toEqual(['Identity']);
  });

  it('quantizes the average of a residual block, also once the convolution that makes it one is read through Quantize and Dequantize', async () => {
    const kernel = { shape: [2, 2, 1, 1], float: [1, 2, 3, 4] };
    const model = join(folder, 'residual.onnx');
    await writeFile(model, buildOnnx({
      nodes: [
        { op: 'Conv', inputs: ['x', 'first'], outputs: ['a'] },
        { op: 'Relu', inputs: ['a'], outputs: ['b'] },
        { op: 'Conv', inputs: ['b', 'second'], outputs: ['c'] },
        { op: 'Add', inputs: ['c', 'b'], outputs: ['sum'] },
        { op: 'Relu', inputs: ['sum'], outputs: ['block'] },
        { op: 'GlobalAveragePool', inputs: ['block'], outputs: ['y'] },
      ],
      inputs: { x: ['float32', ['N', 2, 4, 4]] }, outputs: { y: ['float32', ['N', 2, 1, 1]] }, initializers: { first: kernel, second: kernel },
    }));
    const graph = await readOnnx(memorySource(readFileSync(model)), {});
    await writeFile(join(folder, 'residual.json'), JSON.stringify(Object.fromEntries([...graph.nodes.keys()].map((id) => [`${id}:0`, { min: -1, max: 3 }]))));
    const { saved } = await converted({ calibration: { ranges: 'residual.json' } }, model);
    const readBy = (op: string): string[] => [...saved.nodes.values()].filter((node) => node.op === op).flatMap(({ inputs }) => inputs.map((value) => saved.nodes.get(value.node)!.op));
    expect(readBy('Add')).toEqual(['DequantizeLinear', 'DequantizeLinear']);
    expect(readBy('GlobalAveragePool')).toEqual(['DequantizeLinear']);
  });

  it('plans a convolution by its own name, also where folding gave it the place of the batch normalisation behind it', async () => {
    const text = JSON.stringify({ use_bf16: true, calibration: { ranges: 'ranges.json' }, op_name_dict: { '/digits/conv2/Conv_output_0': 'bf16' } });
    const source = { text, path: join(folder, 'config.json') };
    const conversion = createConversion(nodeHost(NO_PROGRESS));
    await conversion.open(MODEL, source);
    const { opTypes, problems } = await conversion.setConfig(source);
    expect(problems).toEqual([]);
    expect(opTypes.find(({ op }) => op === 'Conv')).toMatchObject({ count: 6, planned: { int8: 5, bf16: 1 } });
    for (let phase = 0; phase < 3; phase++) await conversion.runPhase();
    const { warnings } = await conversion.report();
    expect(warnings.filter(({ message }) => message.includes('no effect'))).toEqual([]);
    expect((await conversion.details('/digits/conv2/Conv_output_0', 0)).name).toBe('/digits/conv2/Conv_output_0');
  });
});

describe('BF16', () => {
  it('raises the operator set to the first in which convolutions take it, and keeps inputs and outputs FP32', async () => {
    const { counts, saved, conversion } = await converted({ use_bf16: true });
    const { casts, phases } = await conversion.report();
    expect(counts.get('Cast')).toBe(casts.remaining);
    expect(casts.remaining).toBe(casts.lowerBound);
    expect(phases.at(-1)!.precision.bf16).toBeGreaterThan(15);
    expect(saved.inputs[0]!.dtype).toBe('float32');
    expect(conversion.graph.outputs.map(({ name, dtype }) => [name, dtype])).toEqual([['Identity', 'float32']]);
    expect((saved.source as { versions: { opsets: Map<string, number> } }).versions.opsets.get('')).toBe(22);
  });
});
