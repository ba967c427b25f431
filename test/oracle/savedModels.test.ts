// SavedModels: converted, written as SavedModels and loaded by tf.saved_model.load.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeNpz } from '../../src/engine/data/npz';
import { tensor } from '../support/graphBuilder';
import { judges, workFolder } from './cases';
import { convert, type ConvertOptions } from './convert';
import { corpusFolder } from './corpus';
import { corpusModels, FORMS, savedModelProblems } from './savedModelCorpus';

const FIXTURES = path.resolve('test/fixtures/saved_models');
const SAMPLES = path.resolve('media/samples');
const SIGNATURE = 'serving_default';

/** Converts a SavedModel and has TensorFlow run both on the same inputs: the largest error, relative to the outputs. */
async function largestError(original: string, inputs: string, options: ConvertOptions, form: string): Promise<number> {
  const converted = path.join(workFolder, `${path.basename(original)}-${form}.savedmodel`);
  await convert(original, converted, options);
  let largest = 0;
  for (const judge of judges) {
    const { outputs, sameSignature, hasVariables } = await judge.ask('compare_saved_models', { original, converted, signature: SIGNATURE, inputs });
    expect({ sameSignature, hasVariables }).toEqual({ sameSignature: true, hasVariables: false });
    for (const { relativeRms, nonFiniteDiffer } of Object.values(outputs)) {
      expect(nonFiniteDiffer).toBe(0);
      largest = Math.max(largest, relativeRms!);
    }
  }
  return largest;
}

const BF16 = { use_bf16: true, bf16_ops: ['re:.*'] };

describe('a SavedModel written by us', () => {
  const gru = path.join(FIXTURES, 'digits_gru');
  const [test, calibration] = [path.join(SAMPLES, 'digits_test.npz'), path.join(SAMPLES, 'digits_calibration.npz')];

  it('of a trained model with a loop gives what the original gave, in FP32, BF16, INT8 and mixed', async () => {
    expect(await largestError(gru, test, {}, 'fp32')).toBeLessThan(1e-6);
    expect(await largestError(gru, test, { config: BF16 }, 'bf16')).toBeLessThan(0.03);
    expect(await largestError(gru, test, { calibration }, 'int8')).toBeLessThan(0.03);
    expect(await largestError(gru, test, { config: { use_bf16: true }, calibration }, 'mixed')).toBeLessThan(0.04);
  });

  it('of TensorFlow 1, with variables in slices', async () => {
    const [model, inputs] = [path.join(FIXTURES, 'partitioned'), path.join(FIXTURES, 'partitioned.npz')];
    expect(await largestError(model, inputs, {}, 'fp32')).toBeLessThan(1e-6);
    expect(await largestError(model, inputs, { config: BF16 }, 'bf16')).toBeLessThan(0.01);
    expect(await largestError(model, inputs, { calibration: inputs }, 'int8')).toBeLessThan(0.03);
  });

  it('of nested functions with a loop and a conditional, whichever way they go', async () => {
    const model = path.join(FIXTURES, 'nested');
    for (const trips of [0, 1, 3]) {
      const inputs = path.join(workFolder, `nested-${trips}.npz`);
      await judges[0]!.ask('extract', { source: path.join(FIXTURES, 'nested.npz'), arrays: { [`${trips}/x`]: 'x', [`${trips}/trips`]: 'trips' }, target: inputs });
      expect(await largestError(model, inputs, {}, `fp32-${trips}`)).toBeLessThan(1e-6);
      expect(await largestError(model, inputs, { config: BF16 }, `bf16-${trips}`)).toBeLessThan(0.03);
    }
  });

  /** Some rows by each name, a factor, and whole numbers. */
  const arrays = (integers: Readonly<Record<string, number>>, ...names: readonly string[]): Uint8Array => {
    const rows = tensor('float32', [16, 8], Array.from({ length: 128 }, (_, index) => 2 * Math.sin(index * 1.7)));
    const numbers = Object.entries(integers).map(([name, value]) => [name, tensor('int32', [], [value])] as const);
    return writeNpz(new Map([...names.map((name) => [name, rows] as const), ['scale', tensor('float32', [], [1.5])], ...numbers]));
  };

  it('serves all signatures, but one that changes a variable', async () => {
    const [judge] = judges;
    const original = await judge!.ask('build_several', { folder: workFolder });
    const data = path.join(workFolder, 'several.npz');
    writeFileSync(data, arrays({ which: 0 }, 'x', 'embed_x', 'choose_x', 'rows'));
    const forms: Record<string, ConvertOptions> = { fp32: {}, bf16: { config: BF16 }, int8: { calibration: data } };
    for (const [form, options] of Object.entries(forms)) {
      const converted = path.join(workFolder, `several-${form}.savedmodel`);
      const { model, warnings } = await convert(original, converted, options);
      expect(model.signatures).toEqual(['serving_default', 'again', 'choose', 'embed', 'total']);
      expect(warnings.map(({ message }) => message)).toContainEqual(expect.stringMatching(/^The signature "count" is left out: .*AssignAddVariableOp/));
      for (const signature of model.signatures!) {
        for (const which of signature === 'choose' ? [0, 1, 2, 7] : [0]) {
          const inputs = path.join(workFolder, 'several-inputs.npz');
          writeFileSync(inputs, arrays({ which }, 'x', 'rows'));
          const { outputs, sameSignature, hasVariables } = await judge!.ask('compare_saved_models', { original, converted, signature, inputs });
          expect({ sameSignature, hasVariables }).toEqual({ sameSignature: true, hasVariables: false });
          for (const { relativeRms } of Object.values(outputs)) expect(relativeRms).toBeLessThan(form === 'fp32' ? 1e-6 : 0.03);
        }
      }
    }
  });

  it('fills its tables and carries its assets along', async () => {
    const original = await judges[0]!.ask('build_vocabulary', { folder: workFolder });
    const converted = path.join(workFolder, 'vocabulary-bf16.savedmodel');
    await convert(original, converted, { config: BF16 });
    expect(readFileSync(path.join(converted, 'assets', 'words.txt'))).toEqual(readFileSync(path.join(original, 'assets', 'words.txt')));
    expect(readdirSync(converted).sort()).toEqual(['assets', 'saved_model.pb']);
    const { outputs } = await judges[0]!.ask('compare_saved_models', { original, converted, signature: SIGNATURE, shapes: { words: ['string', [6]] } });
    expect(outputs.numbers!.equal).toBe(true);
    expect(outputs.y!.relativeRms).toBeLessThan(0.01);
    const frozen = path.join(workFolder, 'vocabulary.pb');
    await expect(convert(original, frozen, {})).rejects.toThrow('the model looks values up in tables, which a GraphDef does not fill. Save it as a SavedModel');
    expect(existsSync(frozen)).toBe(false);
  });
});

const corpus = corpusFolder();
if (corpus === undefined) console.warn('SKIPPED: no corpus of models. Set MIXED_PRECISION_CORPUS to its folder to run the tests of SavedModels that others made.');

const SAMPLE_STEP = 9;

describe.skipIf(corpus === undefined)('SavedModels of the corpus', () => {
  const sample = corpus === undefined ? [] : corpusModels(corpus).filter((_, index) => index % SAMPLE_STEP === 0);

  it.each(sample)('$name', async (entry) => {
    for (const form of Object.keys(FORMS) as (keyof typeof FORMS)[]) {
      const problems = await savedModelProblems(entry, form, path.join(workFolder, 'corpus.savedmodel'), judges[0]!);
      expect([...problems].filter(([, problem]) => problem !== undefined)).toEqual([]);
    }
  });
});
