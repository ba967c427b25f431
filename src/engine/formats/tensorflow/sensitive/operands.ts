import type { Graph, Node } from '../../../graph/graph';
import { producerThrough } from '../../producerThrough';
import { constantBehind } from '../constants';
import { decodeTensor } from '../tensor';

/** Ops that frameworks put between the steps of an arithmetic without taking part in it. */
const HANDS_ON: ReadonlySet<string> = new Set([
  'BroadcastTo', 'ExpandDims', 'Identity', 'PreventGradient', 'Reshape', 'Snapshot', 'Squeeze', 'StopGradient',
]);

/** The op that computes an input of `node`, through ops that only hand it on. */
export function operand(node: Node, input: number, graph: Graph): Node | undefined {
  return producerThrough(HANDS_ON, node, input, graph);
}

/** The ops behind both inputs of `node`. */
export function operands(node: Node, graph: Graph): Node[] {
  return [operand(node, 0, graph), operand(node, 1, graph)].filter((found) => found !== undefined);
}

export function isConstantInput(node: Node, input: number, graph: Graph): boolean {
  const value = node.inputs[input];
  return value !== undefined && constantBehind(graph.nodes, value) !== undefined;
}

/** The one of two inputs that is computed while the other is a constant. */
export function besideConstant(node: Node, graph: Graph): 0 | 1 | undefined {
  const [left, right] = [isConstantInput(node, 0, graph), isConstantInput(node, 1, graph)];
  return left === right ? undefined : left ? 1 : 0;
}

/** The exponent of a Pow where it is one constant number. */
export function constantExponent(node: Node, graph: Graph): number | undefined {
  const value = node.op === 'Pow' ? node.inputs[1] : undefined;
  const constant = value === undefined ? undefined : constantBehind(graph.nodes, value);
  const attribute = constant?.attributes.get('value');
  if (attribute?.kind !== 'tensor' || attribute.dtype !== 'float32' || attribute.shape.some((size) => size !== 1)) return undefined;
  return Number(decodeTensor(attribute, constant?.name).data[0]);
}
