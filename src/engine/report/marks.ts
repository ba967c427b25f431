import type { EdgeMark } from '../../../webview/protocol';
import type { Dialect } from '../dialect';
import type { DataType } from '../graph/dataType';
import type { Graph, Node } from '../graph/graph';
import { floatCastTypes, routeOf, typePath } from './boundaries';
import { type Picture, valueRead } from './picture';

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
}

/** Types at the beginning and the end of an edge. */
type Ends = readonly [DataType | undefined, DataType | undefined];

/** What each edge of a picture carries before anything is looked at. */
export function noBoundaries(picture: Picture): readonly EdgeState[] {
  return picture.edges.map(() => ({}));
}

/** What each edge carries in a snapshot's graph, given what it carried in the one before. Linear. */
export function edgeStates(before: readonly EdgeState[], picture: Picture, graph: Graph, opened: Graph, dialect: Dialect): readonly EdgeState[] {
  return before.map((state, edge) => edgeState(edge, state, picture, graph, opened, dialect));
}

/** The marks of a snapshot: the boundaries on each edge, and where those of an earlier snapshot are gone, what they were. */
export function marksOf(states: readonly EdgeState[]): EdgeMark[] {
  return states.flatMap((state, edge) => [...mark(edge, 'cast', state.cast), ...mark(edge, 'quantize', state.quantize)]);
}

function mark(edge: number, kind: EdgeMark['kind'], standing: Standing | undefined): EdgeMark[] {
  if (standing === undefined) return [];
  return [{ edge, kind, state: standing.isFolded ? 'folded' : 'inserted', label: standing.label, nodes: standing.nodes }];
}

function edgeState(edge: number, before: EdgeState, picture: Picture, graph: Graph, opened: Graph, dialect: Dialect): EdgeState {
  const reader = picture.readers[edge]!;
  const value = valueRead(reader, graph);
  if (value === undefined) return {};
  const { origin, boundaries } = routeOf(value, graph, opened, dialect);
  const casts = boundaries.filter((node) => dialect.isCast(node));
  const typeAt = (node: string, output: number): DataType | undefined => dialect.outputTypes(graph.nodes.get(node)!)[output];
  const read = 'output' in reader ? typeAt(value.node, value.output) : dialect.inputType(graph.nodes.get(reader.node)!, reader.input);
  const ends: Ends = [typeAt(origin.node, origin.output), read];
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
function fold(before: Standing | undefined, [source, reader]: Ends): Standing | undefined {
  if (before === undefined || before.isFolded) return before;
  const label = before.types.length === 0 ? before.label : typePath([source, ...before.types, reader]);
  return { ...before, label, isFolded: true };
}
