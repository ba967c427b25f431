import { resolve } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../src/engine/errors';
import { NO_PROGRESS } from '../../src/engine/host';
import { type Conversion, createConversion } from '../../src/engine/pipeline';
import { nodeHost } from '../../src/worker/nodeHost';
import { startTestKernels } from '../worker/kernels';

const CNN = resolve('media/samples/digits_cnn.pb');
const CALIBRATION = resolve('media/samples/digits_calibration.npz');

let cancelAt = Infinity;
let reports = 0;
const progress = {
  ...NO_PROGRESS,
  throwIfCancelled: (): void => {
    if (++reports >= cancelAt) throw new CancelledError();
  },
};
const conversion: Conversion = createConversion(nodeHost(progress, () => startTestKernels()));
afterAll(() => conversion.close());
beforeEach(() => {
  cancelAt = Infinity;
});

const config = (text: object, calibration?: string): { text: string; path: undefined; calibration?: string } => ({
  text: JSON.stringify(text), path: undefined, ...(calibration === undefined ? {} : { calibration }),
});

describe('a conversion', () => {
  it('plans what phase 1 will leave: batch normalisation that is folded is not an op to choose for', async () => {
    await conversion.open(CNN, config({}));
    const ops = async (text: object): Promise<string[]> => (await conversion.setConfig(config(text))).opTypes.map(({ op }) => op);
    expect(await ops({})).toContain('Rsqrt');
    expect(await ops({ use_bf16: true })).not.toContain('Rsqrt');
    const { opTypes } = await conversion.setConfig(config({ use_bf16: true, op_type_dict: { DepthwiseConv2dNative: 'bf16' } }, CALIBRATION));
    expect(opTypes.find(({ op }) => op === 'Conv2D')).toMatchObject({ count: 5, choice: 'auto', capability: ['int8', 'bf16'], planned: { int8: 5 } });
    expect(opTypes.find(({ op }) => op === 'DepthwiseConv2dNative')).toMatchObject({ choice: 'bf16', planned: { bf16: 1 } });
  });

  it('steps back to the snapshot before, and runs again to the same result', async () => {
    await conversion.open(CNN, config({ use_bf16: true }, CALIBRATION));
    for (let phase = 0; phase < 3; phase++) await conversion.runPhase();
    const first = (await conversion.report()).phases.map(({ precision, casts }) => ({ precision, casts }));
    conversion.stepBack(1);
    expect(conversion.snapshots).toHaveLength(3);
    conversion.stepBack(3);
    expect(conversion.snapshots).toHaveLength(1);
    for (let phase = 0; phase < 3; phase++) await conversion.runPhase();
    expect((await conversion.report()).phases.map(({ precision, casts }) => ({ precision, casts }))).toEqual(first);
    await expect(conversion.runPhase()).rejects.toThrow('All phases have run');
  });

  it.each([
    ['nothing but a comment', '// the same\n', {}, 4],
    ['what Casts cost', '', { cast_cost: 'bytes' }, 3],
    ['an op that becomes BF16', '', { op_type_dict: { Softmax: 'bf16' } }, 2],
    ['how weights are quantized', '', { quantization: { weight_granularity: 'per_tensor' } }, 1],
    ['an op that is no longer INT8', '', { op_type_dict: { Conv2D: 'bf16' } }, 1],
    ['the outputs', '', { outputs: ['digits_cnn_1/dense_1/BiasAdd'] }, 1],
    ['a mistake', '', { use_bf16: 'maybe' }, 4],
  ])('keeps the phases that a changed config does not affect: %s', async (_, comment, change, kept) => {
    const before = { use_bf16: true, op_type_dict: {} };
    await conversion.open(CNN, config(before, CALIBRATION));
    await conversion.setConfig(config(before, CALIBRATION));
    for (let phase = 0; phase < 3; phase++) await conversion.runPhase();
    const source = config({ ...before, ...change }, CALIBRATION);
    expect((await conversion.setConfig({ ...source, text: comment + source.text })).snapshots).toBe(kept);
    expect(conversion.snapshots).toHaveLength(kept);
  });

  it.each([1, 5, 40])('is where it was when a phase is cancelled at its check number %i', async (check) => {
    await conversion.open(CNN, config({ use_bf16: true }, CALIBRATION));
    const before = conversion.graph;
    reports = 0;
    cancelAt = check;
    await expect(conversion.runPhase()).rejects.toThrow(CancelledError);
    expect(conversion.graph).toBe(before);
    cancelAt = Infinity;
    await conversion.runPhase();
    expect(conversion.snapshots).toHaveLength(2);
  });

  it('does not take ranges found with other inputs for its own', async () => {
    await conversion.open(CNN, config({}, CALIBRATION));
    await conversion.runPhase();
    conversion.stepBack(1);
    await conversion.setConfig(config({ inputs: ['digits_cnn_1/activation_1/Relu'] }, CALIBRATION));
    await expect(conversion.runPhase()).rejects.toThrow('no array for the input "digits_cnn_1/activation_1/Relu"');
  });

  it('opens a model beside a faulty config, and says what is wrong before a phase runs', async () => {
    await conversion.open(CNN, config({ use_bf16: 'yes' }));
    const before = conversion.graph;
    await expect(conversion.runPhase()).rejects.toThrow(UserError);
    expect(conversion.graph).toBe(before);
  });

  it('feeds and fetches the values the config names', async () => {
    await conversion.open(CNN, config({ inputs: ['digits_cnn_1/activation_1/Relu'], outputs: ['digits_cnn_1/dense_1/BiasAdd'] }));
    expect(conversion.graph.inputs).toMatchObject([{ name: 'digits_cnn_1/activation_1/Relu', dtype: 'float32' }]);
    expect(conversion.graph.outputs).toMatchObject([{ name: 'digits_cnn_1/dense_1/BiasAdd', dtype: 'float32' }]);
    await expect(conversion.open(CNN, config({ inputs: ['nothing'] }))).rejects.toThrow('nothing');
  });
});
