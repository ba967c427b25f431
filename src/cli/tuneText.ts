import type { SearchResult } from '../engine/tuning/search';
import type { Trial } from '../engine/tuning/strategy';

const COLUMNS = ['trial', 'accuracy', 'modelled cost', 'lowered', 'time', ''];
const WIDTHS = [5, 10, 13, 8, 9, 0];

function row(cells: readonly string[]): string {
  return cells.map((cell, column) => cell.padStart(WIDTHS[column]!)).join('  ').trimEnd();
}

/** The names of the columns of `trialLine`. */
export function trialHeader(): string {
  return row(COLUMNS);
}

/** One trial: its number, accuracy, modelled time as a share of the original's, share of the arithmetic that is BF16 or INT8, and how long it took. */
export function trialLine(trial: Trial, number: number): string {
  return row([String(number), accuracyText(trial.accuracy), percent(trial.cost), percent(trial.lowered), `${trial.seconds.toFixed(2)} s`, trial.meets ? 'meets the criterion' : '']);
}

const ENDS: Readonly<Record<SearchResult['end'], string>> = {
  met: 'the first result that meets the criterion ended it', exhausted: 'there was nothing more to try', max_trials: 'max_trials was reached', timeout: 'timeout was reached',
};

/** What the search came to: the front of accuracy against cost, and what was written. */
export function frontLines({ baseline, best, front, trials, space, end }: SearchResult, output: string): string[] {
  const kept = space.units.filter((unit, index) => best.candidate.precisions[index] !== unit.choices[0]);
  return [
    '',
    'Not beaten in both accuracy and modelled cost:',
    ...front.map((trial) => `  accuracy ${accuracyText(trial.accuracy)}  modelled cost ${percent(trial.cost)}${trial.meets ? '' : '  (does not meet the criterion)'}`),
    '',
    `${trials.length} ${trials.length === 1 ? 'trial' : 'trials'}; ${ENDS[end]}.`,
    `Original: accuracy ${accuracyText(baseline.accuracy)}. Best: accuracy ${accuracyText(best.accuracy)}, modelled cost ${percent(best.cost)}, ${percent(best.lowered)} of what can be lowered is.`,
    ...(baseline.runtime === undefined ? [] : [`Run by ${baseline.runtime}`]),
    ...(kept.length > 0 ? [`Not at its lowest precision: ${kept.map(({ name, kind }) => (kind === 'op' ? name : `all ${name}`)).join(', ')}`] : []),
    `Written to ${output}`,
  ];
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}

function accuracyText(accuracy: number): string {
  return Number(accuracy.toPrecision(5)).toString();
}
