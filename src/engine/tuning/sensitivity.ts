import type { AskedPrecision } from '../config/rules';
import { type Candidate, highest, type SearchSpace, withPrecision } from './candidate';
import type { Task } from './task';

/** The task that measures the error each unit makes alone: everything else is at its highest precision. Answered in the order of `loweredAlone`. */
export function sensitivityTask(space: SearchSpace): Extract<Task, { kind: 'outputErrors' }> {
  const from = highest(space);
  return { kind: 'outputErrors', from, candidates: loweredAlone(space).map(({ unit, precision }): Candidate => withPrecision(from, [unit], precision)) };
}

/** Every unit at each of its lower precisions. */
export function loweredAlone({ units }: SearchSpace): readonly { readonly unit: number; readonly precision: AskedPrecision }[] {
  return units.flatMap(({ choices }, unit) => choices.slice(0, -1).map((precision) => ({ unit, precision })));
}

/** Errors of each unit by precision, of the answer to `sensitivityTask`: power of the output's error over power of the output. */
export function sensitivities(space: SearchSpace, errors: readonly number[]): readonly ReadonlyMap<AskedPrecision, number>[] {
  const byUnit = space.units.map(() => new Map<AskedPrecision, number>());
  for (const [index, { unit, precision }] of loweredAlone(space).entries()) byUnit[unit]!.set(precision, errors[index]!);
  return byUnit;
}
