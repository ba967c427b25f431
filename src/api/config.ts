import { dirname, resolve } from 'node:path';
import { DEFAULT_CONFIG, type TuningConfig } from '../engine/config/config';
import { parseConfig, requireValid } from '../engine/config/parse';
import { UserError } from '../engine/errors';
import { openFileSource } from '../worker/nodeHost';

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

/** The tuning config: the keys of a `*.mixed-precision.json`, all of them present. */
export type Config = Mutable<TuningConfig>;

/** A config of its own to change: what holds where no config file says otherwise. */
export function defaultConfig(): Config {
  return structuredClone(DEFAULT_CONFIG) as Config;
}

/** The config in a `*.mixed-precision.json`; paths in it become absolute. Throws UserError for a file that is missing or faulty. */
export async function readConfig(file: string): Promise<Config> {
  const source = await openFileSource(file);
  const config = requireValid(parseConfig(new TextDecoder().decode(await source.read(0, source.size)), file));
  return withPathsFrom(dirname(resolve(file)), config as Config);
}

/** A copy of a config with absolute paths, which start from `directory`. Throws UserError for a value that no config may have. */
export function checkedConfig(config: Config, directory: string): Config {
  const { problems, config: read } = parseConfig(JSON.stringify(config), '');
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new UserError(`Invalid config: ${errors.map(({ message }) => message).join(' ')}`);
  return withPathsFrom(directory, structuredClone({ ...(read as Config), ...config }));
}

function withPathsFrom(directory: string, config: Config): Config {
  const { data, ranges } = config.calibration;
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(directory, path));
  return { ...config, calibration: { ...config.calibration, data: absolute(data), ranges: absolute(ranges) } };
}
