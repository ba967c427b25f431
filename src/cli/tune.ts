import { access } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { performance } from 'node:perf_hooks';
import { isMetricFile, type StrategyName, type TuningConfig } from '../engine/config/config';
import { parseConfig, requireValid } from '../engine/config/parse';
import { readPlaces } from '../engine/config/places';
import type { ConfigSource } from '../engine/conversion';
import { UserError } from '../engine/errors';
import { type SearchResult, startSearch } from '../engine/tuning/search';
import { STRATEGIES } from '../engine/tuning/strategies';
import type { Trial } from '../engine/tuning/strategy';
import { type ConfigContent, type NamedFiles, tunedContent } from '../engine/tuning/tunedConfig';
import { openJournal } from '../worker/journalFile';
import type { TuningSetup } from '../worker/openBench';
import { besideConfig, identityOf, withRanges } from '../worker/searchIdentity';
import { type Command, type Options, required, text, UsageError, wholeNumber } from './command';
import { configFrom } from './config';
import { metricFrom } from './metric';
import { RUNTIME_OPTIONS, RUNTIME_USAGE } from './runtime';
import { writeText } from './textFile';
import { frontLines, trialHeader, trialLine } from './tuneText';

/** `tune`: the lowest precisions that keep the accuracy, as a config file. */
export const tune: Command = {
  usage: `tune MODEL [--data DATA.npz] [--labels KEY] --output BEST.mixed-precision.json [--config FILE] [--calibration DATA.npz] [--metric NAME|FILE] [--strategy NAME] [--max-trials N] ${RUNTIME_USAGE} [--force] [--json]`,
  summary: 'find the lowest precisions that keep the accuracy, and write them as a config',
  arguments: ['MODEL'],
  strings: ['data', 'labels', 'output', 'config', 'calibration', 'metric', 'strategy', 'max-trials', ...RUNTIME_OPTIONS],
  flags: ['force', 'json'],
  async run({ arguments: [model], options, startTrials, print, note }) {
    const output = required(options, 'output');
    const wishes = { ...tuningWishes(options), ...metricFrom(options) };
    const force = options.force === true;
    if (!force) await refuseExisting(output);
    const { source, config, data } = await configOf(options, model!, wishes, note);
    const setup: TuningSetup = { model: resolve(model!), source, data, labels: text(options, 'labels') ?? config.tuning.labels, metric: config.tuning.metric };
    const journalPath = `${output.replace(/(\.mixed-precision)?\.json$/, '')}.trials.jsonl`;
    const journal = await openJournal(journalPath, await identityOf(setup, config), force);
    const runner = startTrials(setup);
    let result: SearchResult;
    try {
      if (!options.json) print(trialHeader());
      const onTrial = (trial: Trial, index: number): void => (options.json ? undefined : print(trialLine(trial, index + 1)));
      result = await startSearch({ config, strategy: STRATEGIES[config.tuning.strategy], runner, journal, now: () => performance.now() / 1000, onTrial }).done;
    } finally {
      await runner.close();
    }
    const { best, space } = result;
    if (!best.meets) {
      throw new UserError('Nothing meets accuracy_criterion, not even every op at the highest precision it may have', { file: model, hint: 'Take rules out of op_type_dict and op_name_dict, or allow a larger loss' });
    }
    const content = tunedContent(contentOf(source, output), config, space, best.candidate, filesFrom(output, source, config));
    await writeText(output, `${JSON.stringify(content, null, 2)}\n`, force);
    if (options.json) print(JSON.stringify(jsonOf(result, content)));
    else for (const line of frontLines(result, output)) print(line);
  },
};

type Wishes = Partial<Pick<TuningConfig['tuning'], 'strategy' | 'max_trials' | 'metric'>>;

/** What the command line says of the search. Throws UsageError. */
function tuningWishes(options: Options): Wishes {
  const [strategy, trials] = [text(options, 'strategy'), wholeNumber(options, 'max-trials', 1)];
  if (strategy !== undefined && !Object.hasOwn(STRATEGIES, strategy)) throw new UsageError(`--strategy is one of ${Object.keys(STRATEGIES).join(', ')}, not "${strategy}"`);
  return { ...(strategy === undefined ? {} : { strategy: strategy as StrategyName }), ...(trials === undefined ? {} : { max_trials: trials }) };
}

/** The config and the data, with what the command line says. Without calibration data or recorded ranges, the data to tune on gives the ranges. */
async function configOf(
  options: Options, model: string, wishes: Wishes, note: (line: string) => void,
): Promise<{ readonly source: ConfigSource; readonly config: TuningConfig; readonly data: string }> {
  const given = await configFrom(options, note);
  const config = requireValid(parseConfig(given.text, given.path ?? model));
  const data = dataOf(options, given, config);
  const source = { ...withRanges(given, config, data), path: given.path ?? resolve(model) };
  if (source.calibration !== given.calibration) note('note: no calibration data is given, so the ranges of INT8 come from the data to tune on');
  return { source, config: { ...config, tuning: { ...config.tuning, ...wishes } }, data };
}

/** The labelled data: that of the command line, else that of the config. Throws UsageError where there is none. */
function dataOf(options: Options, source: ConfigSource, { tuning }: TuningConfig): string {
  const given = text(options, 'data');
  if (given !== undefined) return resolve(given);
  if (tuning.data === undefined) throw new UsageError('--data is missing, and so is tuning.data in the config');
  return besideConfig(source, tuning.data);
}

/** Content of the given config file, with its data and its metric as a config at `output` has to name it; empty where there is none. */
function contentOf(source: ConfigSource, output: string): ConfigContent {
  const content = (readPlaces(source.text ?? '').read([]) ?? {}) as ConfigContent;
  const { data, metric } = (content.tuning ?? {}) as Partial<Pick<TuningConfig['tuning'], 'data' | 'metric'>>;
  const files = {
    ...(data === undefined ? {} : { data: pathFrom(output, besideConfig(source, data)) }),
    ...(metric !== undefined && isMetricFile(metric) ? { metric: pathFrom(output, besideConfig(source, metric)) } : {}),
  };
  return Object.keys(files).length === 0 ? content : { ...content, tuning: { ...(content.tuning as object), ...files } };
}

/** Where ranges come from, as the written config has to name it. */
function filesFrom(output: string, source: ConfigSource, { calibration }: TuningConfig): NamedFiles {
  if (source.calibration !== undefined) return { data: pathFrom(output, source.calibration) };
  const { data, ranges } = calibration;
  return ranges === undefined ? { data: pathFrom(output, besideConfig(source, data!)) } : { ranges: pathFrom(output, besideConfig(source, ranges)) };
}

function pathFrom(output: string, path: string): string {
  return relative(dirname(resolve(output)), path).split(sep).join('/');
}

async function refuseExisting(file: string): Promise<void> {
  const exists = await access(file).then(() => true, () => false);
  if (exists) throw new UserError('The file exists already', { file, hint: 'Choose another name or add --force' });
}

function jsonOf({ baseline, best, trials, front, end }: SearchResult, config: ConfigContent): object {
  const point = ({ accuracy, cost, lowered }: Trial) => ({ accuracy, cost, lowered });
  return {
    baseline: { accuracy: baseline.accuracy, runtime: baseline.runtime },
    best: { ...point(best), config },
    trials: trials.map((trial) => ({ ...point(trial), seconds: trial.seconds, meets: trial.meets })),
    front: front.map(point),
    end,
  };
}
