import { t } from '../l10n';
import type { MetricFile, MetricName, StrategyName, TrialView, TuningView } from '../protocol';

/** A share as a percentage. */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

export function isMetricFile(metric: MetricName | MetricFile): metric is MetricFile {
  return !Object.hasOwn(UNITS, metric);
}

export const METRICS: readonly MetricName[] = ['topk', 'mse', 'sqnr', 'cosine'];

const UNITS: Readonly<Record<MetricName, (accuracy: number) => string>> = {
  topk: (accuracy) => percent(accuracy, 2),
  mse: (accuracy) => short(accuracy, 4),
  sqnr: (accuracy) => `${accuracy.toFixed(1)} dB`,
  cosine: (accuracy) => short(accuracy, 6),
};

/** An accuracy in the unit of its metric. What is no number stands in the journal as the largest there is. */
export function accuracyText(accuracy: number, { metric }: Pick<TuningView, 'metric'>): string {
  return Math.abs(accuracy) === Number.MAX_VALUE ? t('no number') : isMetricFile(metric) ? short(accuracy, 6) : UNITS[metric](accuracy);
}

/** On the axis, where the numbers are round ones. */
export function tickText(accuracy: number, { metric }: Pick<TuningView, 'metric'>): string {
  if (metric === 'topk') return `${short(100 * accuracy, 6)} %`;
  return short(accuracy, 6);
}

export function metricName({ metric, topk }: Pick<TuningView, 'metric' | 'topk'>): string {
  const names: Readonly<Record<MetricName, string>> = {
    topk: topk === 1 ? t('top-1 accuracy') : t('top-{0} accuracy', topk), mse: t('mean squared error'), sqnr: t('signal-to-noise ratio'), cosine: t('cosine similarity'),
  };
  return isMetricFile(metric) ? metric.slice(metric.lastIndexOf('/') + 1) : names[metric];
}

export const STRATEGIES: readonly { readonly name: StrategyName; readonly text: string; readonly sentence: string }[] = [
  { name: 'pareto', text: 'pareto', sentence: t('Lowers what saves most modelled time per error, and takes back what errs most: gives the whole trade-off.') },
  { name: 'basic', text: 'basic', sentence: t('Lowers everything, then lets ops fall back one by one until the criterion is met.') },
  { name: 'conservative', text: 'conservative', sentence: t('Begins in FP32 and lowers op type by op type while the criterion is met.') },
  { name: 'mse', text: 'mse', sentence: t('As basic, beginning with the ops whose values quantization changes most.') },
  { name: 'mse_v2', text: 'mse_v2', sentence: t('Lets the op that hurts the output most fall back, again and again.') },
  { name: 'exhaustive', text: 'exhaustive', sentence: t('Tries every combination; for models of few ops.') },
  { name: 'random', text: 'random', sentence: t('Tries combinations at random.') },
  { name: 'bayesian', text: 'bayesian', sentence: t('Tries combinations like those that went well so far.') },
];

/** What is going on, in a sentence. */
export function stateText({ data, state, task, end, stale }: TuningView, trials: readonly TrialView[]): string {
  if (data === undefined) return t('Accuracy is measured on data of yours: choose it to begin.');
  if (state === 'looking') return t('Reading what was measured before…');
  if (state === 'paused') return t('Paused. Trials that run come to their end.');
  if (state === 'running') return task === undefined ? t('Starting…') : TASKS[task];
  if (stale === 'files') return t('The trials beside the config are of another model, other data or other ranges.');
  if (stale === 'config') return t('The config has changed since these trials. Their points can still be applied; a new search goes by the new config.');
  if (end !== undefined) return ENDS[end];
  return trials.length === 0 ? t('Nothing is measured yet.') : t('These were measured before; the search can go on from there.');
}

const TASKS: Readonly<Record<NonNullable<TuningView['task']>, string>> = {
  space: t('Opening the model…'),
  baseline: t('Measuring the original…'),
  measure: t('Measuring trials…'),
  price: t('Modelling costs…'),
  outputErrors: t('Measuring the error that each op makes alone…'),
  activationErrors: t('Measuring how far values are from the original’s…'),
};

const ENDS: Readonly<Record<NonNullable<TuningView['end']>, string>> = {
  met: t('Done: a trial meets the criterion.'),
  exhausted: t('Done: the strategy has nothing more to try.'),
  max_trials: t('Done: the limit of trials is reached.'),
  timeout: t('Done: the time limit is reached.'),
  cancelled: t('Cancelled. What was measured is kept.'),
};

function short(value: number, digits: number): string {
  return Number(value.toPrecision(digits)).toString();
}
