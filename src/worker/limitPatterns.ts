import { parseConfig } from '../engine/config/parse';
import type { ConfigSource, ConversionApi } from '../engine/conversion';
import { inFile, UserError } from '../engine/errors';
import { limitTime } from './limitTime';

/** How long all names may take to match one pattern, in ms. */
const LIMIT = 2000;

/**
 * The api refusing patterns that take too long to match, such as `(a+)+b`, which the engine would never come back from:
 * `find` and the config fail with UserError. A pattern is tried on all ops before the engine gets it.
 */
export function limitPatterns(api: ConversionApi, milliseconds = LIMIT): ConversionApi {
  const find: ConversionApi['find'] = async (query) => {
    const found = limitTime(() => api.find(query), milliseconds);
    if (found === undefined) throw new UserError(`"${'pattern' in query ? query.pattern : query.opType}" takes too long to match`, { hint: 'Take out repeats of what repeats itself, such as (a+)+' });
    return found;
  };
  /** Patterns that the ops of the open model matched, or not, in time. */
  const harmless = new Set<string>();
  const check = async ({ text, path }: ConfigSource): Promise<void> => {
    const { config, problems, file } = parseConfig(text, path ?? '');
    if (problems.some(({ severity }) => severity === 'error')) return;
    const named = (config.bf16_ops ?? []).filter((entry) => entry.startsWith('re:')).map((entry) => entry.slice(3));
    for (const pattern of [...Object.keys(config.op_name_dict), ...named]) {
      if (harmless.has(pattern)) continue;
      await inFile(file, () => find({ pattern }));
      harmless.add(pattern);
    }
  };
  return {
    ...api,
    find,
    open(path, config) {
      harmless.clear();
      return api.open(path, config);
    },
    async setConfig(config) {
      await check(config);
      const applied = await api.setConfig(config);
      // Other inputs, other ops.
      if (applied.graph !== undefined) harmless.clear();
      return applied;
    },
    async preview(config) {
      await check(config);
      return api.preview(config);
    },
  };
}
