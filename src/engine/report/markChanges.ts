import type { EdgeMark } from '../../../webview/protocol';
import type { Change } from '../snapshot';
import { type ChangeIndex, changeIndexOf } from './changeIndex';
import type { EdgeState, Standing } from './marks';
import type { Reader } from './picture';

/** By kind of mark and edge: the change of this snapshot's phase that made the mark so; -1 where it is as in the snapshot before. */
export type MarkChanges = Readonly<Record<EdgeMark['kind'], Int32Array>>;

/** Which changes made the marks of a snapshot what they are. Linear. */
export function markChanges(before: readonly EdgeState[], now: readonly EdgeState[], readers: readonly Reader[], changes: readonly Change[]): MarkChanges {
  const index = changeIndexOf(changes);
  const of = (kind: EdgeMark['kind']): Int32Array => Int32Array.from(now, (state, edge) => {
    const [standing, past] = [state[kind], before[edge]![kind]];
    if (standing === undefined || standing === past) return -1;
    const change = changeOf(standing, past, readers[edge]!, index);
    return change < 0 ? changes.length - 1 : change;
  });
  return { cast: of('cast'), quantize: of('quantize') };
}

/**
 * The last change that added what stands here or removed what stood here; where the reader came later to something that
 * was already there, such as a shared Cast, the change that brought it. Where nothing was added or removed for it, the
 * last that touched the reader, else a boundary.
 */
function changeOf(now: Standing, before: Standing | undefined, reader: Reader, index: ChangeIndex): number {
  const past = before?.nodes ?? [];
  const made = Math.max(latest(past, (id) => index.removedBy(id)), latest(now.nodes, (id) => index.addedBy(id)));
  const id = 'node' in reader ? reader.node : '';
  if (made >= 0) return now.isFolded ? made : Math.max(made, index.firstFrom(id, made));
  const touched = index.lastOf(id);
  return touched >= 0 ? touched : latest([...past, ...now.nodes], (one) => index.lastOf(one));
}

/** The latest of the changes found for some ids; -1 where there is none. */
function latest(ids: readonly string[], changeFor: (id: string) => number): number {
  return ids.reduce((found, id) => Math.max(found, changeFor(id)), -1);
}
