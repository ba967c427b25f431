import type { NodeDetails } from '../../../webview/protocol';
import type { Precision } from '../graph/dataType';
import type { Plan } from '../plan';
import type { Change, PhaseName, Snapshot } from '../snapshot';
import { changeIndexOf } from './changeIndex';

/** The phase after which a planned precision is in the graph. */
const MADE_BY: Partial<Record<Precision, PhaseName>> = { int8: 'quantize', bf16: 'bf16' };

/**
 * Why a node has its precision in the last of `snapshots`: the plan's reason where it has what was planned, the change
 * that removed, added or converted it otherwise.
 */
export function whyOf(id: string, precision: Precision | undefined, plan: Plan, snapshots: readonly Snapshot[]): NodeDetails['why'] {
  const changes = changesOf(id, snapshots);
  if (precision === undefined) return { text: changes.at(-1)?.reason ?? 'The node is not in this graph.' };
  const planned = plan.nodes.get(id);
  if (planned === undefined) return { text: changes[0]?.reason ?? 'Conversion does not change it.' };
  if (planned.precision === precision || precision === 'other') return planned.reason;
  const maker = MADE_BY[planned.precision];
  const isPending = maker !== undefined && !snapshots.some(({ phase }) => phase === maker);
  if (isPending) return { ...planned.reason, text: `Becomes ${planned.precision.toUpperCase()}: ${planned.reason.text}` };
  return changes.length > 0 ? { text: changes.at(-1)!.reason } : planned.reason;
}

/** A change with the snapshot whose phase made it and its place among that phase's changes. */
export interface PlacedChange extends Change {
  readonly snapshot: number;
  readonly index: number;
}

/** The changes that touched a node, in order. */
export function changesOf(id: string, snapshots: readonly Snapshot[]): PlacedChange[] {
  return snapshots.flatMap(({ changes }, snapshot) => Array.from(changeIndexOf(changes).of(id), (index) => ({ ...changes[index]!, snapshot, index })));
}
