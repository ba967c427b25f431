import { isAccurateEnough, worstAccuracy } from '../engine/config/accuracyCriterion';
import { isMetricFile, type TuningConfig } from '../engine/config/config';
import { configOf, convertsAlike } from '../engine/tuning/applyCandidate';
import type { SearchSpace } from '../engine/tuning/candidate';
import { paretoFront } from '../engine/tuning/front';
import { METRICS } from '../engine/tuning/metrics';
import type { SearchResult } from '../engine/tuning/search';
import type { NamedFiles } from '../engine/tuning/tunedConfig';
import type { Opened, Point } from '../worker/searchProtocol';
import type { TrialView, TuningView } from '../../webview/protocol';

/** What is known of a search. */
export interface SearchState extends Pick<TuningView, 'state' | 'task' | 'end' | 'problem'> {
  /** Undefined until the journal was looked at. */
  readonly opened: Pick<Opened, 'journal' | 'base'> | undefined;
  readonly space: SearchSpace | undefined;
  readonly baseline: SearchResult['baseline'] | undefined;
  readonly points: readonly Point[];
  /** Where ranges come from, as the config names it once a point was written to it. */
  readonly files: NamedFiles;
}

/** Names of what a trial keeps at a higher precision are given up to here. */
const MOST_KEPT = 50;

/** What the tuning view shows of a search, beside its trials; `config` is the present one. */
export function tuningView(model: Pick<TuningView, 'model' | 'uri'>, config: TuningConfig, search: SearchState): TuningView {
  const { state, task, end, problem, opened, baseline, points } = search;
  const { accuracy_criterion: criterion, tuning: { data, labels, metric, topk, strategy, max_trials: maxTrials } } = config;
  const higherIsBetter = directionOf(baseline, config);
  const trials = points.map((point, index) => ({ accuracy: point.accuracy, cost: point.cost, index, meets: meets(point, baseline, config) }));
  const indices = (some: typeof trials) => paretoFront(some, higherIsBetter).map(({ index }) => index);
  const applied = appliedPoint(config, search);
  const isStale = points.length > 0 && opened !== undefined && applied === undefined && !convertsAlike(config, opened.base);
  return {
    ...model, metric, topk, higherIsBetter, strategy, maxTrials, criterion, state, task, end, problem,
    data: data === undefined ? undefined : data.slice(Math.max(data.lastIndexOf('/'), data.lastIndexOf('\\')) + 1),
    labels,
    stale: opened?.journal === 'other' ? 'files' : isStale ? 'config' : undefined,
    runtime: baseline?.runtime,
    baseline: baseline?.accuracy,
    worst: baseline === undefined ? undefined : worstAccuracy(baseline.accuracy, criterion, higherIsBetter),
    front: indices(trials),
    best: indices(trials.filter((trial) => trial.meets))[0],
    applied,
  };
}

/** What the tuning view shows of a point; `errors`: of what its units read, where they were asked for. */
export function trialView(point: Point, space: SearchSpace, baseline: SearchState['baseline'], config: TuningConfig, errors?: readonly number[]): TrialView {
  const { accuracy, cost, lowered, seconds, candidate: { precisions } } = point;
  const count = (wanted: string): number => precisions.filter((precision) => precision === wanted).length;
  const kept = space.units.flatMap(({ name, kind, nodes, choices }, unit) => {
    const precision = precisions[unit]!;
    return precision === choices[0] || precision === 'int8' ? [] : [{ name, id: kind === 'op' ? nodes[0] : undefined, precision }];
  });
  return {
    accuracy, cost, lowered, seconds, meets: meets(point, baseline, config),
    precision: { int8: count('int8'), bf16: count('bf16'), fp32: count('fp32') }, kept: kept.slice(0, MOST_KEPT), keptCount: kept.length,
    ...(errors === undefined ? {} : { deviations: deviationsOf(space, errors) }),
  };
}

/** Op types stand for no single place. */
function deviationsOf({ units }: SearchSpace, errors: readonly number[]): TrialView['deviations'] {
  return units.flatMap(({ name, kind, nodes: [id] }, unit) => (kind === 'op' ? [{ name, id: id!, decibels: -10 * Math.log10(errors[unit]!) }] : []));
}

function meets({ accuracy }: Point, baseline: SearchState['baseline'], { accuracy_criterion }: TuningConfig): boolean {
  return baseline !== undefined && isAccurateEnough({ original: baseline.accuracy, converted: accuracy }, accuracy_criterion, baseline.higherIsBetter);
}

/** A metric of the user's own tells its direction once it runs. */
function directionOf(baseline: SearchState['baseline'], { tuning: { metric } }: TuningConfig): boolean {
  return baseline?.higherIsBetter ?? (isMetricFile(metric) || METRICS[metric].higherIsBetter);
}

/** The point that the present config is. */
function appliedPoint(config: TuningConfig, { opened, space, points, files }: SearchState): number | undefined {
  if (opened === undefined || space === undefined) return undefined;
  const index = points.findIndex(({ candidate }) => convertsAlike(config, configOf({ base: opened.base, space, files }, candidate)));
  return index < 0 ? undefined : index;
}
