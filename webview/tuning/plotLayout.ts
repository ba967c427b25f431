import type { TrialView, TuningView } from '../protocol';
import { type Scale, scaleOver } from './scale';

/** What the plot is drawn from. */
export type Plotted = Pick<TuningView, 'baseline' | 'worst' | 'higherIsBetter' | 'front'>;

export interface PlotLayout {
  /** Over modelled costs. */
  readonly x: Scale;
  /** Over accuracies. */
  readonly y: Scale;
  /** Where each trial is: 0 … 1 from the left and from the better end. `isBeyond`: it is worse than the plot shows, and drawn at its edge. */
  readonly marks: readonly { readonly left: number; readonly top: number; readonly isBeyond: boolean }[];
  /** Corners of the line over trials that no other beats in both. */
  readonly front: readonly (readonly [left: number, top: number])[];
  /** From the better end of the axis. */
  readonly top: (accuracy: number) => number;
}

/** The plot shows accuracies worse than the criterion allows up to this many times what it allows. */
const SHOWN_LOSSES = 5;

/** Places in the plot of accuracy against modelled cost; better accuracy is up, whatever the metric. Undefined while there is nothing to show. */
export function plotLayout({ baseline, worst, higherIsBetter, front }: Plotted, trials: readonly Pick<TrialView, 'accuracy' | 'cost'>[]): PlotLayout | undefined {
  if (trials.length === 0 && baseline === undefined) return undefined;
  const sign = higherIsBetter ? 1 : -1;
  const references = [baseline, worst].filter((value) => value !== undefined);
  const accuracies = trials.map(({ accuracy }) => accuracy);
  const limit = baseline === undefined || worst === undefined || worst === baseline ? -Infinity : sign * baseline - SHOWN_LOSSES * Math.abs(baseline - worst);
  const shown = accuracies.filter((accuracy) => sign * accuracy >= limit);
  const y = scaleOver([...references, ...(references.length + shown.length > 0 ? shown : accuracies)], 5);
  const x = scaleOver([1, ...trials.map(({ cost }) => cost)], 5);
  const top = (accuracy: number): number => (higherIsBetter ? 1 - y.at(accuracy) : y.at(accuracy));
  const marks = trials.map(({ accuracy, cost }) => ({ left: x.at(cost), top: Math.min(1, top(accuracy)), isBeyond: top(accuracy) > 1 }));
  return { x, y, marks, front: steps(front.map((index) => marks[index]!)), top };
}

/** As costs rise, the best accuracy so far holds until a better one. */
function steps(marks: readonly { readonly left: number; readonly top: number }[]): (readonly [number, number])[] {
  return marks.flatMap(({ left, top }, index) => (index === 0 ? [[left, top] as const] : [[left, marks[index - 1]!.top] as const, [left, top] as const]));
}
