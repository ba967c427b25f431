// Networks that others trained, converted to INT8 and BF16 with one calibration input each, the one whose outputs are compared.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareInTensorFlow, convertSubject, expectWellFormed, judges, workFolder } from './cases';
import { corpusFolder, graphDefs } from './corpus';

const folder = corpusFolder();
if (folder === undefined) console.warn('SKIPPED: no corpus of models. Set MIXED_PRECISION_CORPUS to its folder to run the tests of test/oracle/realModels.test.ts.');

interface RealModel {
  readonly name: string;
  /** Array of the entry's file, and the value of the graph it is fed to. */
  readonly arrays: Readonly<Record<string, string>>;
  /** An inner value that takes the place of the model's own input. */
  readonly inputs?: readonly string[];
  /** At least so many INT8 ops. */
  readonly int8: number;
  /** At least so much signal to quantization noise in every output, in dB. */
  readonly sqnrDb: number;
}

/** The keyword spotters decode audio in the graph: they are converted behind it, at the spectral features. */
const features = { arrays: { 'mid:Mfcc:0': 'Mfcc' }, inputs: ['Mfcc'] };

const models: readonly RealModel[] = [
  { name: 'facemask/models__face_mask_detection', arrays: { 'in:data_1:0': 'data_1' }, int8: 50, sqnrDb: 25 },
  { name: 'minigo/dual_net__test_model', arrays: { 'in:pos_tensor:0': 'pos_tensor' }, int8: 40, sqnrDb: 30 },
  { name: 'tf-pose/mobilenet_v2_small__graph_opt', arrays: { 'in:image:0': 'image' }, int8: 200, sqnrDb: 25 },
  { name: 'arm-kws/CNN__CNN_S', ...features, int8: 10, sqnrDb: 35 },
  { name: 'arm-kws/DS_CNN__DS_CNN_M', ...features, int8: 25, sqnrDb: 35 },
  // Layers in a loop, whose state is rounded to INT8 and BF16 on every trip.
  { name: 'arm-kws/CRNN__CRNN_S', ...features, int8: 8, sqnrDb: 20 },
  { name: 'arm-kws/GRU__GRU_S', ...features, int8: 2, sqnrDb: 18 },
];

describe.skipIf(folder === undefined)('real models', () => {
  const entries = new Map((folder === undefined ? [] : graphDefs(folder)).map((entry) => [entry.name, entry]));

  it.each(models)('$name keeps its outputs in INT8 and BF16', async ({ name, arrays, inputs, int8, sqnrDb }) => {
    const entry = entries.get(name)!;
    const outputs = Object.keys(entry.outputs);
    const calibration = path.join(workFolder, `${name.replace('/', '-')}.npz`);
    await judges[0]!.ask('extract', { source: path.join(folder!, entry.io!), arrays, target: calibration });
    const subject = { model: path.join(folder!, entry.file), inputs: calibration, feeds: Object.values(arrays), outputs };
    const converted = await convertSubject(subject, { config: { use_bf16: true, inputs, outputs }, calibration });
    expectWellFormed(converted);
    expect(converted.report.phases.at(-1)?.precision.int8).toBeGreaterThanOrEqual(int8);
    for (const comparison of await compareInTensorFlow(converted)) {
      for (const [output, statistics] of Object.entries(comparison.outputs)) expect(statistics.sqnrDb, output).toBeGreaterThan(sqnrDb);
    }
  });
});
