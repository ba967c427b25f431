import type { Dialect } from '../dialect';
import type { LinearOp } from '../linearOp';
import { type Graph, type Node, type ValueRef, valueKey } from '../graph/graph';
import { topologicalOrder } from '../graph/traversal';

/** What one value came to in a run of the model: its shape, and how often it was computed (more than once inside loops). */
export interface ValueSize {
  readonly shape: readonly number[];
  times: number;
}

/** By `valueKey` of the opened graph. */
export type ValueSizes = ReadonlyMap<string, ValueSize>;

/** What a node does in a run of the model, whatever its precision. */
export interface Work {
  readonly multiplyAdds: number;
  /** Elements read and written, of FP32 values. */
  readonly reads: number;
  readonly writes: number;
}

/**
 * The work of every node that computes in FP32, by id; constants, and what follows from constants alone, are none: they are
 * computed once. Linear.
 */
export function workload(graph: Graph, dialect: Dialect, sizes: ValueSizes): ReadonlyMap<string, Work> {
  const constants = constantNodes(graph, dialect);
  const elements = (value: ValueRef): number => {
    const size = sizes.get(valueKey(value));
    return size === undefined ? 0 : size.times * product(size.shape);
  };
  const works = new Map<string, Work>();
  for (const node of graph.nodes.values()) {
    if (constants.has(node.id) || dialect.isInput(node) || dialect.isControlOnly(node)) continue;
    const times = Math.max(1, sizes.get(valueKey({ node: node.id, output: 0 }))?.times ?? 1);
    const isFp32 = (input: number): boolean => dialect.inputType(node, input) === 'float32';
    const reads = node.inputs.reduce((sum, value, input) => sum + (isFp32(input) ? Math.max(elements(value), constants.has(value.node) ? times * elements(value) : 0) : 0), 0);
    const writes = dialect.outputTypes(node).reduce((sum, type, output) => sum + (type === 'float32' ? elements({ node: node.id, output }) : 0), 0);
    works.set(node.id, { multiplyAdds: times * multiplyAdds(node, dialect, sizes), reads, writes });
  }
  return works;
}

/** Ids of the nodes that depend on constants only. */
export function constantNodes(graph: Graph, dialect: Dialect): ReadonlySet<string> {
  const found = new Set<string>();
  for (const id of topologicalOrder(graph, (node) => dialect.closesLoop(node))) {
    const node = graph.nodes.get(id)!;
    const fromConstants = node.inputs.length > 0 && !dialect.hasSideEffects(node) && node.inputs.every((value) => found.has(value.node));
    if (dialect.isConstant(node) || (fromConstants && !dialect.closesLoop(node))) found.add(id);
  }
  return found;
}

/** Multiply-accumulates of one computation of a heavy op; 0 for others. */
function multiplyAdds(node: Node, dialect: Dialect, sizes: ValueSizes): number {
  const shapes = node.inputs.map((value) => sizes.get(valueKey(value))?.shape);
  const result = sizes.get(valueKey({ node: node.id, output: 0 }))?.shape;
  if (result === undefined) return 0;
  const linear = dialect.linearOp(node);
  if (linear !== undefined) return linearMultiplyAdds(linear, shapes, result);
  const floats = shapes.filter((_, input) => dialect.inputType(node, input) === 'float32');
  const [a, b] = floats;
  return dialect.isHeavy(node) && floats.length === 2 && a !== undefined && b !== undefined ? productMultiplyAdds(a, b, result) : 0;
}

/**
 * Every element of the result is a sum over the weight without its output channels; every element of the input goes into
 * all products with its slice of the weight. Strides make the one or the other too many: the smaller count holds.
 */
function linearMultiplyAdds({ weight, channelAxes, channels }: LinearOp, shapes: readonly (readonly number[] | undefined)[], result: readonly number[]): number {
  const weights = shapes[weight];
  const input = shapes.find((shape, index) => index !== weight && shape !== undefined && shape.length === result.length);
  if (weights === undefined) return 0;
  const outputs = channelAxes.reduce((size, axis) => size * weights[axis]!, 1);
  const byResult = (product(result) * product(weights)) / outputs;
  const inputs = input === undefined ? undefined : channels === 'last' ? input.at(-1) : input[1];
  return inputs === undefined ? byResult : Math.min(byResult, (product(input!) * product(weights)) / inputs);
}

/**
 * A product of two tensors over one contracted dimension K, with leading dimensions B that all three share: |a| = B·M·K,
 * |b| = B·K·N and the result B·M·N give B·M·K·N as the root of their product over B.
 */
function productMultiplyAdds(a: readonly number[], b: readonly number[], result: readonly number[]): number {
  let shared = 1;
  for (let axis = 0; axis < Math.min(a.length, b.length, result.length) - 2; axis++) {
    if (a[axis] !== b[axis] || a[axis] !== result[axis]) break;
    shared *= a[axis]!;
  }
  return Math.sqrt((product(a) * product(b) * product(result)) / shared);
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, size) => all * size, 1);
}
