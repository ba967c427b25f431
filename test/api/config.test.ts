import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkedConfig, type Config, defaultConfig, readConfig } from '../../src/api/config';
import { DEFAULT_CONFIG } from '../../src/engine/config/config';
import { UserError } from '../../src/engine/errors';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mixed-precision-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string): Promise<Config> {
  const file = join(folder, 'a.mixed-precision.json');
  await writeFile(file, text);
  return readConfig(file);
}

describe('defaultConfig', () => {
  it('gives a copy of its own each time', () => {
    const config = defaultConfig();
    expect(config).toEqual(DEFAULT_CONFIG);
    config.use_bf16 = true;
    config.op_type_dict.Conv2D = 'bf16';
    config.calibration.sampling_size = 5;
    expect(defaultConfig()).toEqual(DEFAULT_CONFIG);
    expect(DEFAULT_CONFIG).toMatchObject({ use_bf16: false, op_type_dict: {}, calibration: { sampling_size: 100 } });
  });
});

describe('readConfig', () => {
  it('reads a file over the defaults, its paths from its folder', async () => {
    expect(await read('{ "use_bf16": true, "calibration": { "data": "data/train.npz" } } // so it is')).toEqual({
      ...DEFAULT_CONFIG, use_bf16: true, calibration: { ...DEFAULT_CONFIG.calibration, data: join(folder, 'data', 'train.npz') },
    });
  });

  it('names file and line of a mistake', async () => {
    const error = (await read('{\n  "use_bf16": "yes"\n}').catch((e: unknown) => e)) as UserError;
    expect(error).toBeInstanceOf(UserError);
    expect(error.place.file).toBe(join(folder, 'a.mixed-precision.json'));
    expect(error.message).toBe('line 2: "use_bf16" must be true or false, not "yes".');
  });

  it('names a file that is not there', async () => {
    await expect(readConfig(join(folder, 'none.json'))).rejects.toMatchObject({ name: 'UserError', place: { file: join(folder, 'none.json') } });
  });
});

describe('a config for the engine', () => {
  it('is a copy with paths from the folder', () => {
    const config = defaultConfig();
    config.calibration.ranges = 'ranges.json';
    const checked = checkedConfig(config, resolve('models'));
    expect(checked).toEqual({ ...config, calibration: { ...config.calibration, ranges: resolve('models', 'ranges.json') } });
    config.op_type_dict.Conv2D = 'fp32';
    expect(checked.op_type_dict).toEqual({});
  });

  it('may leave keys out, and a key with no effect keeps its warning for the plan', () => {
    const checked = checkedConfig({ use_bf16: true, calibration: { sampling_size: 3 }, keep_io_dtype: false } as unknown as Config, '/models');
    expect(checked).toMatchObject({ use_bf16: true, calibration: { sampling_size: 3 }, cast_placement: 'min_cut', keep_io_dtype: false });
  });

  it.each<[unknown, string]>([
    [{ use_bf16: 1 }, 'Invalid config: "use_bf16" must be true or false, not 1.'],
    [{ bf16_reward: NaN }, 'Invalid config: "bf16_reward" must be a number of at least 0, not null.'],
    [{ use_bf61: true }, 'Invalid config: Unknown key "use_bf61"; did you mean "use_bf16"?'],
    [[], 'Invalid config: The config must be one object in braces.'],
  ])('is refused as %j', (config, message) => {
    expect(() => checkedConfig(config as Config, '/')).toThrow(new UserError(message));
  });
});
