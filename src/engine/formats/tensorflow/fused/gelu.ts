import type { ValueReads } from '../../../graph/valueReads';
import type { Graph, Node, ValueRef } from '../../../graph/graph';
import { elementCount } from '../../../graph/tensor';
import { firstOutput } from '../makeNode';
import { constantFloats } from './grids';

/**
 * The ops that compute x·½·(1 + erf(x/√2)) of a value and are all that reads it, in order, the result last: the Gaussian error
 * linear unit as frameworks write it out (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016). Factors come in any order.
 */
export function exactGelu(x: ValueRef, graph: Graph, reads: ValueReads): readonly Node[] | undefined {
  const readers = reads.of(x).map(({ node }) => graph.nodes.get(node)!);
  if (reads.isFetched(x) || readers.length !== 2) return undefined;
  const scaled = readers.find((node) => isScaled(node, x, Math.SQRT1_2, graph));
  const erf = scaled && onlyReader(scaled, 'Erf', graph, reads);
  const sum = erf && onlyReader(erf, 'AddV2', graph, reads);
  const product = sum && isWith(sum, erf, 1, graph) ? onlyReader(sum, 'Mul', graph, reads) : undefined;
  if (product === undefined) return undefined;
  const other = readers.find((node) => node !== scaled)!;
  const before = [scaled!, erf!, sum!];
  // ½·x apart, or the product of x and the sum halved, or the sum halved and then times x.
  if (isScaled(other, x, 0.5, graph)) return onlyReader(other, 'Mul', graph, reads) === product ? [...before, other, product] : undefined;
  const last = onlyReader(product, 'Mul', graph, reads);
  if (last === undefined) return undefined;
  const isHalvedAfter = other === product && isWith(last, product, 0.5, graph);
  const isHalvedBefore = other === last && isWith(product, sum!, 0.5, graph);
  return isHalvedAfter || isHalvedBefore ? [...before, product, last] : undefined;
}

/** The op of this type that alone reads the node's value. */
function onlyReader(node: Node, op: string, graph: Graph, reads: ValueReads): Node | undefined {
  const use = reads.only(firstOutput(node));
  const reader = use === undefined ? undefined : graph.nodes.get(use.node);
  return reader?.op === op || (op === 'AddV2' && reader?.op === 'Add') ? reader : undefined;
}

function isScaled(node: Node, x: ValueRef, factor: number, graph: Graph): boolean {
  const input = node.inputs.findIndex((value) => value.node === x.node && value.output === x.output);
  const operand = node.inputs[1 - input];
  if (operand === undefined || input < 0) return false;
  if (node.op === 'RealDiv') return input === 0 && isNumber(operand, 1 / factor, graph);
  return node.op === 'Mul' && isNumber(operand, factor, graph);
}

/** Whether the other operand of a node that reads `producer` is this number. */
function isWith(node: Node, producer: Node, value: number, graph: Graph): boolean {
  const operand = node.inputs.find((input) => input.node !== producer.id);
  return operand !== undefined && isNumber(operand, value, graph);
}

function isNumber(value: ValueRef, wanted: number, graph: Graph): boolean {
  const tensor = constantFloats(value, graph.nodes);
  return tensor !== undefined && elementCount(tensor.shape) === 1 && Math.abs((tensor.data as Float32Array)[0]! / wanted - 1) < 1e-4;
}
