import type { TrialView } from '../protocol';

export const COLUMNS = ['trial', 'accuracy', 'cost', 'lowered', 'meets'] as const;
export type Column = (typeof COLUMNS)[number];

export interface Sort {
  readonly column: Column;
  readonly descending: boolean;
}

export function isSort(value: unknown): value is Sort {
  return typeof value === 'object' && value !== null && 'column' in value && COLUMNS.includes(value.column as Column) && 'descending' in value && typeof value.descending === 'boolean';
}

/** Indices of the trials in an order; `descending` puts the best accuracy first, whatever the metric. Equal ones stay in the order of measuring. */
export function sorted(trials: readonly TrialView[], { column, descending }: Sort, higherIsBetter: boolean): number[] {
  const key = (index: number): number => {
    const trial = trials[index]!;
    if (column === 'trial') return index;
    if (column === 'meets') return trial.meets ? 0 : 1;
    return column === 'accuracy' && !higherIsBetter ? -trial.accuracy : trial[column];
  };
  const sign = descending ? -1 : 1;
  return trials.map((_, index) => index).sort((a, b) => sign * (key(a) - key(b)) || a - b);
}
