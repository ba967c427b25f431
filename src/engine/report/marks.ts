import type { EdgeMark } from '../../../webview/protocol';
import { MARK_KINDS } from '../../../webview/tables';
import type { Dialect } from '../dialect';
import type { DataType } from '../graph/dataType';
import type { Graph, Node } from '../graph/graph';
import { floatCastTypes, routeOf, typePath } from './boundaries';
import type { MarkChanges } from './markChanges';
import { type Picture, type Reader, valueRead } from './picture';

/** What stands, or last stood, on one edge. */
export interface EdgeState {
  readonly cast?: Standing;
  readonly quantize?: Standing;
}

export interface Standing {
  readonly label: string;
  readonly nodes: readonly string[];
  readonly types: readonly DataType[];
  readonly isFolded: boolean;
}

const NOTHING: EdgeState = {};

/** What each edge of a picture carries before anything is looked at. */
export function noBoundaries(picture: Picture): readonly EdgeState[] {
  return picture.edges.map(() => NOTHING);
}

/** What each edge carries in a snapshot's graph, given what it carried in the one before; what stays is the same object. Linear. */
export function edgeStates(before: readonly EdgeState[], picture: Picture, graph: Graph, opened: Graph, dialect: Dialect): readonly EdgeState[] {
  return before.map((state, edge) => {
    const now = edgeState(picture.readers[edge]!, state, graph, opened, dialect);
    const cast = isSame(now.cast, state.cast) ? state.cast : now.cast;
    const quantize = isSame(now.quantize, state.quantize) ? state.quantize : now.quantize;
    return cast === state.cast && quantize === state.quantize ? state : { cast, quantize };
  });
}

/** The marks of a snapshot: the boundaries on each edge, and where those of an earlier snapshot are gone, what they were. */
export function marksOf(states: readonly EdgeState[], changes: MarkChanges): EdgeMark[] {
  const marks: EdgeMark[] = [];
  states.forEach((state, edge) => {
    for (const kind of MARK_KINDS) {
      const standing = state[kind];
      if (standing === undefined) continue;
      const { label, nodes, isFolded } = standing;
      const change = changes[kind][edge]!;
      marks.push({ edge, kind, state: isFolded ? 'folded' : 'inserted', label, nodes, ...(change < 0 ? {} : { change }) });
    }
  });
  return marks;
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

function isSame(a: Standing | undefined, b: Standing | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.isFolded === b.isFolded && a.label === b.label && a.nodes.length === b.nodes.length && a.nodes.every((id, i) => id === b.nodes[i]);
}
