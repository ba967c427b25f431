import { baseName } from '../../capabilities/pytorch';
import type { Node } from '../../graph/graph';
import { isConstant } from './operands';
import { sourceOf } from './source';

/** Ops that number places. */
const COUNTING: ReadonlySet<string> = new Set(['arange', 'cumsum', 'linspace', 'range']);

interface Known {
  readonly positions: ReadonlySet<string>;
  readonly constants: ReadonlySet<string>;
}

/**
 * Ids of the nodes that compute with positions alone: whole numbers that the program counts or holds, and FP32 numbers made
 * of those and of constants. What joins them with values of the network, or looks values up by them, is none.
 * `nodes` are in the order in which they run. Linear.
 */
export function nodesOfPositions(nodes: Iterable<Node>): ReadonlySet<string> {
  const positions = new Set<string>();
  const constants = new Set<string>();
  for (const node of nodes) {
    if (isConstant(node)) constants.add(node.id);
    if (isSource(node) || isMadeOf(node, { positions, constants })) positions.add(node.id);
  }
  return positions;
}

/** Whole numbers held as int8 or uint8 are quantized weights. */
function isSource(node: Node): boolean {
  const { inputTypes, outputTypes } = sourceOf(node);
  if (isConstant(node)) return outputTypes[0] === 'int64' || outputTypes[0] === 'int32';
  return COUNTING.has(baseName(node.op) ?? '') && !inputTypes.includes('float32');
}

/** FP32 numbers count before whole ones, which then only say where; flags are no positions whatever they were made of. */
function isMadeOf(node: Node, { positions, constants }: Known): boolean {
  const { inputs } = node;
  const { inputTypes } = sourceOf(node);
  const floats = inputs.filter((_, input) => inputTypes[input] === 'float32');
  const read = floats.length > 0 ? floats : inputs.filter((_, input) => inputTypes[input] !== 'bool');
  return read.some((value) => positions.has(value.node)) && floats.every((value) => positions.has(value.node) || constants.has(value.node));
}
