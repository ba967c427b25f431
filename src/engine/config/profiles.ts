import type { ConfigEdit } from './problem';

export type ProfileName = 'bf16' | 'int8' | 'int8_bf16' | 'accuracy';

/** What a profile decides; wishes for single op types and nodes are the user's own and stay. */
const DECIDED = ['use_bf16', 'bf16_ops', 'bf16_reward', 'sensitive_ops', 'cast_placement', 'cast_cost'];

const SETTINGS: Readonly<Record<ProfileName, Readonly<Record<string, unknown>>>> = {
  bf16: { use_bf16: true, bf16_ops: ['re:.*'] },
  int8: { use_bf16: false },
  // Beside INT8 few heavy ops are left that are BF16 anyway: light ones have to be worth their Casts.
  int8_bf16: { use_bf16: true, bf16_reward: 1 },
  // At no reward the minimum cut breaks ties towards FP32.
  accuracy: { use_bf16: true, bf16_reward: 0 },
};

/** Where INT8 comes from; without either nothing becomes INT8. */
const RANGES = [['calibration', 'data'], ['calibration', 'ranges']];

export const PROFILES = Object.keys(SETTINGS) as readonly ProfileName[];

/** Whether a profile makes ops INT8, for which it needs calibration data. */
export function needsCalibration(profile: ProfileName): boolean {
  return profile === 'int8' || profile === 'int8_bf16';
}

/** The edits that make a config start from a profile: what the profile does not set has its default again. */
export function profileEdits(profile: ProfileName): readonly ConfigEdit[] {
  const settings = SETTINGS[profile];
  return [
    ...DECIDED.filter((key) => !Object.hasOwn(settings, key)).map((key) => ({ path: [key], value: undefined })),
    ...Object.entries(settings).map(([key, value]) => ({ path: [key], value })),
    ...(profile === 'accuracy' ? RANGES.map((path) => ({ path, value: undefined })) : []),
  ];
}
