import type { Report } from '../conversion';
import type { Dialect } from '../dialect';
import type { Warning } from '../plan';
import type { Snapshot } from '../snapshot';
import { allReturned } from './allReturned';
import { countCasts } from './castCounts';
import { countSnapshot } from './counts';

/** The report of the phases that ran. `snapshots` begins with the opened model. */
export function buildReport(
  format: string, snapshots: readonly Snapshot[], warnings: readonly Warning[], dialect: Dialect, peakMemoryMiB: number,
): Report {
  const original = snapshots[0]!.graph;
  const phases = snapshots.slice(1).map((snapshot) => ({
    phase: snapshot.phase!,
    seconds: Number(snapshot.seconds.toFixed(4)),
    ...countSnapshot(snapshot, original, dialect),
    changes: snapshot.changes.length,
  }));
  return {
    model: {
      format,
      nodes: original.nodes.size,
      inputs: original.inputs.map((input) => input.name),
      outputs: original.outputs.map((output) => output.name),
      ...(original.signatures && { signatures: original.signatures.map(({ name }) => name) }),
    },
    phases,
    casts: countCasts(snapshots, dialect),
    warnings: [...warnings, ...allReturned(phases)],
    peakMemoryMiB: Math.round(peakMemoryMiB),
  };
}
