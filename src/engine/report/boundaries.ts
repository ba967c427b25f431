import type { BoundaryLink } from '../../../webview/protocol';
import { castTypes } from '../capabilities/castTypes';
import type { Dialect } from '../dialect';
import type { DataType } from '../graph/dataType';
import type { Graph, Node, ValueRef } from '../graph/graph';

const LETTERS: Partial<Record<DataType, string>> = { float32: 'F', bfloat16: 'B', float16: 'H', float64: 'D' };

/** Where precision changes: a Quantize, a Dequantize, or a Cast between two float types. */
export function isBoundary(node: Node, dialect: Dialect): boolean {
  return dialect.isQuantize(node) || dialect.isDequantize(node) || floatCastTypes(node, dialect) !== undefined;
}

/** Types before and after a Cast between two float types; undefined for every other node. */
export function floatCastTypes(node: Node, dialect: Dialect): readonly [DataType, DataType] | undefined {
  const types = castTypes(node, dialect);
  return types !== undefined && types.from in LETTERS && types.to in LETTERS ? [types.from, types.to] : undefined;
}

/** A boundary with what it does in short. */
export function boundaryLink(node: Node, dialect: Dialect): BoundaryLink {
  const types = floatCastTypes(node, dialect);
  if (types !== undefined) return { id: node.id, kind: 'cast', label: typePath(types) };
  const letter = (type: DataType | undefined): string => (type === undefined ? undefined : LETTERS[type]) ?? '?';
  const label = dialect.isQuantize(node) ? `${letter(dialect.inputType(node, 0))}→8` : `8→${letter(dialect.outputTypes(node)[0])}`;
  return { id: node.id, kind: 'quantize', label };
}

/** Types of the longest path that is shown whole. */
const LONGEST_PATH = 6;

/** Types a value passes through, as letters: `F→B`, `B→F→B`. Types without a letter are left out, and those within a long path. */
export function typePath(types: readonly (DataType | undefined)[]): string {
  const letters = types.map((type) => (type === undefined ? undefined : LETTERS[type])).filter((letter) => letter !== undefined);
  const path = letters.filter((letter, index) => letter !== letters[index - 1]);
  if (path.length > LONGEST_PATH) return [...path.slice(0, 3), '…', path.at(-1)].join('→');
  // A Cast between equal types is still a Cast.
  return (path.length === 1 ? [...path, ...path] : path).join('→');
}

/** How a value comes to its reader: from `origin` through `boundaries`, first to last. */
export interface Route {
  readonly origin: ValueRef;
  readonly boundaries: readonly Node[];
}

/**
 * Follows a value back through precision boundaries, and through whatever else is not in the opened model: nodes that
 * conversion adds pass their input with the same index on as their output.
 */
export function routeOf(value: ValueRef, graph: Graph, opened: Graph, dialect: Dialect): Route {
  const boundaries: Node[] = [];
  for (let origin = value; ; ) {
    const node = graph.nodes.get(origin.node);
    const crosses = node !== undefined && isBoundary(node, dialect);
    const next = node?.inputs[origin.output];
    if (node === undefined || next === undefined || (!crosses && opened.nodes.has(node.id))) return { origin, boundaries: boundaries.reverse() };
    if (crosses) boundaries.push(node);
    origin = next;
  }
}
