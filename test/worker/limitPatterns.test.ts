import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../src/engine/config/config';
import { matchesWholeName } from '../../src/engine/config/pattern';
import type { AppliedConfig, ConversionApi } from '../../src/engine/conversion';
import { UserError } from '../../src/engine/errors';
import { limitPatterns } from '../../src/worker/limitPatterns';
import { limitTime } from '../../src/worker/limitTime';

const HOSTILE = '(a+)+b';
const NAMES = ['conv', 'a'.repeat(60)];
const APPLIED: AppliedConfig = { config: DEFAULT_CONFIG, isFaulty: false, opTypes: [], overrides: [], sensitiveOps: [], warnings: [], problems: [], snapshots: 1 };

/** An engine whose ops have NAMES, and which must not see a hostile pattern. */
function guarded() {
  const applied: (string | undefined)[] = [];
  const engine: Pick<ConversionApi, 'find' | 'setConfig' | 'preview'> = {
    find: async (query) => Int32Array.from([...NAMES.keys()].filter((index) => 'pattern' in query && matchesWholeName(query.pattern)(NAMES[index]!))),
    async setConfig({ text }) {
      applied.push(text);
      return APPLIED;
    },
    async preview({ text }) {
      applied.push(text);
      return undefined;
    },
  };
  return { api: limitPatterns(engine as ConversionApi, 200), applied };
}

describe('a limit of time', () => {
  it('ends an endless loop and an endless match', () => {
    expect(limitTime(() => {
      for (;;);
    }, 50)).toBeUndefined();
    expect(limitTime(() => /^(?:(a+)+b)$/.test(NAMES[1]!), 50)).toBeUndefined();
  });

  it('leaves results and errors of what is fast alone', () => {
    expect(limitTime(() => 42, 1000)).toBe(42);
    expect(() => limitTime(() => {
      throw new UserError('no');
    }, 1000)).toThrow(new UserError('no'));
  });
});

describe('patterns', () => {
  it('that match find their ops', async () => {
    expect(await guarded().api.find({ pattern: 'a+' })).toEqual(Int32Array.of(1));
  });

  it('that would never end are refused by name', async () => {
    await expect(guarded().api.find({ pattern: HOSTILE })).rejects.toThrow('"(a+)+b" takes too long to match');
  });

  it('of a config are tried before the engine gets it', async () => {
    const { api, applied } = guarded();
    for (const text of [`{ "op_name_dict": { "${HOSTILE}": "fp32" } }`, `{ "bf16_ops": ["re:${HOSTILE}"] }`]) {
      const error = await api.setConfig({ text, path: 'a.mixed-precision.json' }).catch((e: unknown) => e);
      expect((error as UserError).oneLine).toBe('a.mixed-precision.json: "(a+)+b" takes too long to match. Take out repeats of what repeats itself, such as (a+)+');
      await expect(api.preview({ text, path: undefined })).rejects.toBeInstanceOf(UserError);
    }
    expect(applied).toEqual([]);
    const harmless = '{ "op_name_dict": { "conv": "fp32" } }';
    expect(await api.setConfig({ text: harmless, path: undefined })).toBe(APPLIED);
    expect(applied).toEqual([harmless]);
  });

  it('of a faulty config are left to the engine, which does not use it', async () => {
    const { api, applied } = guarded();
    const faulty = `{ "op_name_dict": { "${HOSTILE}": "fp33" } }`;
    await api.setConfig({ text: faulty, path: undefined });
    expect(applied).toEqual([faulty]);
  });
});
