import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importNeuralCompressor } from '../../../src/engine/config/neuralCompressor/importConfig';
import { NO_PROGRESS } from '../../../src/engine/host';
import { type Conversion, createConversion } from '../../../src/engine/pipeline';
import { PHASES } from '../../../src/engine/snapshot';
import { nodeHost } from '../../../src/worker/nodeHost';

const SAMPLES = join(import.meta.dirname, '../../../media/samples');
const path = join(SAMPLES, 'any.mixed-precision.json');

/** Keys that each ask for BF16 in their own way, or make it cheap. */
const OTHERS: readonly object[] = [
  {},
  { bf16_ops: ['re:.*'] },
  { op_type_dict: { Conv2D: 'bf16', MatMul: 'bf16', BiasAdd: 'bf16' } },
  { op_name_dict: { '.*': 'bf16' } },
  { op_name_dict: { '.*': ['int8', 'bf16'] } },
  { op_name_dict: { '.*': { activation: { dtype: ['bf16', 'fp32'] }, weight: { dtype: ['bf16', 'fp32'] } } } },
  { bf16_reward: 5, sensitive_ops: { softmax: 'auto', normalization: 'auto', losses: 'auto', powers_and_logarithms: 'auto' } },
  { cast_placement: 'depth_first', target_isa: 'amx' },
  { cast_placement: 'none', op_name_dict: { '.*': 'bf16' }, target_isa: 'avx2' },
  { cast_cost: 'bytes', bf16_ops: ['re:.*'], accuracy_criterion: { absolute: 1 } },
];

describe.each(['digits_cnn.pb', 'digits_transformer.pb', 'digits_gru.pb'])('%s', (model) => {
  let conversion: Conversion;
  beforeAll(async () => {
    conversion = createConversion(nodeHost(NO_PROGRESS, () => Promise.reject(new Error('no model is run'))));
    await conversion.open(join(SAMPLES, model), { text: '{}', path });
  });
  afterAll(() => conversion.close());

  const bf16Ops = async (config: object): Promise<number> => {
    conversion.stepBack(PHASES.length);
    await conversion.setConfig({ text: JSON.stringify(config), path });
    while (conversion.snapshots.length <= PHASES.length) await conversion.runPhase();
    return (await conversion.report()).phases.at(-1)!.precision.bf16;
  };

  it.each(OTHERS)('has BF16 ops only where use_bf16 is on: %j', async (others) => {
    expect(await bf16Ops(others)).toBe(0);
    expect(await bf16Ops({ ...others, use_bf16: false })).toBe(0);
    expect(await bf16Ops({ ...others, use_bf16: true })).toBeGreaterThan(0);
  });

  it.each([['absent', ''], ['false', 'use_bf16: false\n']])('has none by a shortcut of Neural Compressor, use_bf16 %s', async (_, line) => {
    const { config } = importNeuralCompressor(`${line}quantization:\n  op_wise:\n    .*:\n      activation:\n        dtype: [bf16]\ntuning:\n  exit_policy:\n    performance_only: True\n`, 'conf.yaml');
    expect(await bf16Ops(config)).toBe(0);
  });
});
