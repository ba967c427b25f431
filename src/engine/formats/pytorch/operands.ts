import type { Attribute } from '../../graph/attribute';
import type { Node, NodeTable, ValueRef } from '../../graph/graph';
import { sourceOf } from './source';

/** Index among the inputs of the value that is the argument `name`; undefined where that is no single value. */
export function inputNamed(node: Node, name: string): number | undefined {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== 'operands' || attribute.isList) return undefined;
  const [operand] = attribute.value;
  return operand !== null && typeof operand === 'object' ? operand.input : undefined;
}

/** A number among the arguments, or `otherwise` where it is left out; undefined where it is no plain number. */
export function numberArgument(node: Node, name: string, otherwise: number): number | undefined {
  const attribute = node.attributes.get(name);
  if (attribute === undefined) return otherwise;
  return attribute.kind === 'float' || attribute.kind === 'int' ? Number(attribute.value) : undefined;
}

/** A truth value among the arguments, or `otherwise` where it is left out. */
export function flagArgument(node: Node, name: string, otherwise: boolean): boolean {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'bool' ? attribute.value : otherwise;
}

/** Whether the node is a parameter, buffer or constant that nothing writes to. */
export function isConstant(node: Node): boolean {
  const isTensor = node.op === 'parameter' || node.op === 'buffer' || node.op === 'tensor_constant';
  return isTensor && node.attributes.get('value')?.kind === 'tensor' && sourceOf(node).origin?.fixed === undefined;
}

/** Hand a constant on as it is. */
const PASSES_ON: ReadonlySet<string> = new Set(['aten.alias', 'aten.detach', 'aten.lift_fresh', 'aten.lift_fresh_copy', 'aten.clone']);

/** The constant a value comes from through nodes that only pass it on, or undefined. A copy that is changed in place does more than that. */
export function constantBehind(nodes: NodeTable, value: ValueRef): Node | undefined {
  let node = value.output === 0 ? nodes.get(value.node) : undefined;
  while (node !== undefined && PASSES_ON.has(node.op) && sourceOf(node).origin?.isChanged !== true) {
    const input = node.inputs[0];
    node = input?.output !== 0 ? undefined : nodes.get(input.node);
  }
  return node !== undefined && isConstant(node) ? node : undefined;
}

/** The tensor of the constant an input reads. */
export function constantAt(node: Node, input: number | undefined, nodes: NodeTable): Extract<Attribute, { kind: 'tensor' }> | undefined {
  const value = input === undefined ? undefined : node.inputs[input];
  const attribute = value === undefined ? undefined : constantBehind(nodes, value)?.attributes.get('value');
  return attribute?.kind === 'tensor' ? attribute : undefined;
}
