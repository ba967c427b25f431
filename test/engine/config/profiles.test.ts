import { beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { editConfig } from '../../../src/document/configEdits';
import { parseConfig } from '../../../src/engine/config/parse';
import { PROFILES, profileEdits, type ProfileName } from '../../../src/engine/config/profiles';
import type { Outcome } from '../../../src/engine/conversion';
import { NO_PROGRESS } from '../../../src/engine/host';
import { createConversion } from '../../../src/engine/pipeline';
import { nodeHost } from '../../../src/worker/nodeHost';

const SAMPLES = join(import.meta.dirname, '../../../media/samples');
const START = `{
  "bf16_reward": 0.5,
  // by hand
  "op_name_dict": { "nothing": "fp32" },
  "calibration": { "data": "digits_calibration.npz" }
}
`;
const outcomes = new Map<ProfileName, Outcome>();
const edited = (profile: ProfileName): string => editConfig(parseConfig(START, 'config.json'), profileEdits(profile));

beforeAll(async () => {
  const conversion = createConversion(nodeHost(NO_PROGRESS, () => Promise.reject(new Error('no model is run'))));
  const path = join(SAMPLES, 'digits_transformer.mixed-precision.json');
  await conversion.open(join(SAMPLES, 'digits_transformer.pb'), { text: '{}', path });
  for (const profile of PROFILES) outcomes.set(profile, (await conversion.preview({ text: edited(profile), path }))!);
  await conversion.close();
});

describe('a profile', () => {
  it.each(PROFILES)('%s leaves comments and the wishes for single ops, and decides the rest', (profile) => {
    const text = edited(profile);
    expect(text).toContain('// by hand');
    const { config, problems } = parseConfig(text, 'config.json');
    expect(problems).toEqual([]);
    expect(config.op_name_dict).toEqual({ nothing: 'fp32' });
    expect(config.bf16_reward).toBe({ bf16: 0.25, int8: 0.25, int8_bf16: 1, accuracy: 0 }[profile]);
    expect(config.calibration.data).toBe(profile === 'accuracy' ? undefined : 'digits_calibration.npz');
  });

  it('bf16 makes as many ops BF16 as there can be', () => {
    const { precision } = outcomes.get('bf16')!;
    expect(precision.int8).toBe(0);
    for (const other of outcomes.values()) expect(precision.bf16).toBeGreaterThanOrEqual(other.precision.bf16);
  });

  it('int8 makes none BF16, and int8_bf16 fills up what is FP32 there', () => {
    const [int8, both] = [outcomes.get('int8')!.precision, outcomes.get('int8_bf16')!.precision];
    expect(int8.bf16).toBe(0);
    expect(int8.int8).toBeGreaterThan(0);
    expect(both.int8).toBe(int8.int8);
    expect(both.bf16).toBeGreaterThan(0);
    expect(both.fp32).toBeLessThan(int8.fp32);
  });

  it('accuracy keeps more in FP32 than bf16 does', () => {
    const { precision } = outcomes.get('accuracy')!;
    expect(precision.int8).toBe(0);
    expect(precision.bf16).toBeGreaterThan(0);
    expect(precision.fp32).toBeGreaterThan(outcomes.get('bf16')!.precision.fp32);
  });
});
