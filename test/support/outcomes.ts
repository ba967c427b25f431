import type { Outcome } from '../../src/engine/conversion';
import type { Conversion } from '../../src/engine/pipeline';
import { PHASES } from '../../src/engine/snapshot';

export async function runToTheEnd(conversion: Conversion): Promise<void> {
  while (conversion.snapshots.length <= PHASES.length) await conversion.runPhase();
}

/** The numbers of the report that what-if foretells, once all phases ran. */
export async function outcomeOf(conversion: Conversion): Promise<Outcome> {
  const { phases, casts } = await conversion.report();
  return { precision: phases.at(-1)!.precision, casts, assumesRanges: false };
}

/** A file of recorded ranges for these values. */
export function rangesOf(values: readonly string[]): Record<string, { readonly min: number; readonly max: number }> {
  return Object.fromEntries(values.map((value) => [value, { min: -1 - value.length, max: 2 }]));
}
