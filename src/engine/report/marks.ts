import type { EdgeMark } from '../../../webview/protocol';
import type { Dialect } from '../dialect';
import type { DataType } from '../graph/dataType';
import type { Graph, Node } from '../graph/graph';
import type { Change, Snapshot } from '../snapshot';
import { floatCastTypes, routeOf, typePath } from './boundaries';
import { changeIndexOf } from './changeIndex';
import { type Picture, type Reader, valueRead } from './picture';

/** What stands, or last stood, on one edge. */
export interface EdgeState {
  readonly cast?: Standing;
  readonly quantize?: Standing;
}

interface Standing {
  readonly label: string;
  readonly nodes: readonly string[];
  readonly types: readonly DataType[];
  readonly isFolded: boolean;
  /** The change of this snapshot's phase that made it so; absent where it is as in the snapshot before. */
  readonly change?: number;
}

const NOTHING: EdgeState = {};

/** What each edge of a picture carries before anything is looked at. */
export function noBoundaries(picture: Picture): readonly EdgeState[] {
  return picture.edges.map(() => NOTHING);
}

/** What each edge carries in a snapshot, given what it carried in the one before. States that stay are shared. Linear. */
export function edgeStates(
  before: readonly EdgeState[], picture: Picture, { graph, changes }: Pick<Snapshot, 'graph' | 'changes'>, opened: Graph, dialect: Dialect,
): readonly EdgeState[] {
  return before.map((state, edge) => {
    const reader = picture.readers[edge]!;
    const { cast, quantize } = edgeState(reader, state, graph, opened, dialect);
    const now = { cast: dated(cast, state.cast, reader, changes), quantize: dated(quantize, state.quantize, reader, changes) };
    return now.cast === state.cast && now.quantize === state.quantize ? state : now;
  });
}

/** The marks of a snapshot: the boundaries on each edge, and where those of an earlier snapshot are gone, what they were. */
export function marksOf(states: readonly EdgeState[]): EdgeMark[] {
  return states.flatMap((state, edge) => [...mark(edge, 'cast', state.cast), ...mark(edge, 'quantize', state.quantize)]);
}

function mark(edge: number, kind: EdgeMark['kind'], standing: Standing | undefined): EdgeMark[] {
  if (standing === undefined) return [];
  const { label, nodes, change, isFolded } = standing;
  return [{ edge, kind, state: isFolded ? 'folded' : 'inserted', label, nodes, ...(change === undefined ? {} : { change }) }];
}

function edgeState(reader: Reader, before: EdgeState, graph: Graph, opened: Graph, dialect: Dialect): EdgeState {
  const value = valueRead(reader, graph);
  if (value === undefined) return { cast: fold(before.cast, () => []), quantize: fold(before.quantize, () => []) };
  const { origin, boundaries } = routeOf(value, graph, opened, dialect);
  if (boundaries.length === 0 && before === NOTHING) return NOTHING;
  const casts = boundaries.filter((node) => dialect.isCast(node));
  const typeAt = (node: string, output: number): DataType | undefined => dialect.outputTypes(graph.nodes.get(node)!)[output];
  /** Types at both ends of the edge. */
  const ends = (): readonly (DataType | undefined)[] => {
    const read = 'output' in reader ? typeAt(value.node, value.output) : dialect.inputType(graph.nodes.get(reader.node)!, reader.input);
    return [typeAt(origin.node, origin.output), read];
  };
  return {
    cast: casts.length > 0 ? standingCasts(casts, dialect) : fold(before.cast, ends),
    quantize: boundaries.length > casts.length ? standingQuantization(boundaries, dialect) : fold(before.quantize, ends),
  };
}

function standingCasts(casts: readonly Node[], dialect: Dialect): Standing {
  const types = casts.flatMap((node) => floatCastTypes(node, dialect) ?? []);
  return { label: typePath(types), nodes: casts.map((node) => node.id), types, isFolded: false };
}

function standingQuantization(boundaries: readonly Node[], dialect: Dialect): Standing {
  const nodes = boundaries.filter((node) => !dialect.isCast(node));
  const quantizes = nodes.some((node) => dialect.isQuantize(node));
  const dequantizes = nodes.some((node) => dialect.isDequantize(node));
  const label = quantizes && dequantizes ? '8' : quantizes ? 'F→8' : '8→F';
  return { label, nodes: nodes.map((node) => node.id), types: [], isFolded: false };
}

/**
 * The ghost of what stood here. That of Casts also shows the types at both ends now: a Cast from BF16 to FP32 before a
 * reader that became BF16 is `B→F→B`.
 */
function fold(before: Standing | undefined, ends: () => readonly (DataType | undefined)[]): Standing | undefined {
  if (before === undefined || before.isFolded) return before;
  if (before.types.length === 0) return { ...before, isFolded: true };
  const [source, reader] = ends();
  return { ...before, label: typePath([source, ...before.types, reader]), isFolded: true };
}

/** What stands on an edge, with the change that made it so unless it is as before. */
function dated(now: Standing | undefined, before: Standing | undefined, reader: Reader, changes: readonly Change[]): Standing | undefined {
  if (now === undefined) return undefined;
  if (before !== undefined && isSame(now, before)) return before.change === undefined ? before : { ...now, change: undefined };
  return changes.length === 0 ? now : { ...now, change: changeOf(now, before, reader, changes) };
}

/**
 * The last change that added what stands here or removed what stood here; where the reader came later to something that
 * was already there, such as a shared Cast, the change that brought it. Where nothing was added or removed for it, the
 * last that touched the reader, else a boundary.
 */
function changeOf(now: Standing, before: Standing | undefined, reader: Reader, changes: readonly Change[]): number {
  const index = changeIndexOf(changes);
  const past = before?.nodes ?? [];
  const made = Math.max(latest(past, (id) => index.removedBy(id)), latest(now.nodes, (id) => index.addedBy(id)));
  const id = 'node' in reader ? reader.node : '';
  if (made >= 0) return now.isFolded ? made : Math.max(made, index.firstFrom(id, made));
  const touched = index.lastOf(id);
  const moved = touched >= 0 ? touched : latest([...past, ...now.nodes], (one) => index.lastOf(one));
  return moved >= 0 ? moved : changes.length - 1;
}

/** The latest of the changes found for some ids; -1 where there is none. */
function latest(ids: readonly string[], changeFor: (id: string) => number): number {
  return ids.reduce((found, id) => Math.max(found, changeFor(id)), -1);
}

function isSame(a: Standing, b: Standing): boolean {
  return a.isFolded === b.isFolded && a.label === b.label && a.nodes.length === b.nodes.length && a.nodes.every((id, i) => id === b.nodes[i]);
}
