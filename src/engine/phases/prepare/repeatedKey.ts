import type { Dialect } from '../../dialect';
import { attributesKey } from '../../graph/attributeKey';
import { bytesPerElement } from '../../graph/dataType';
import { type Node, type NodeTable, type ValueRef, valueKey } from '../../graph/graph';

/** Elements of constants that are compared by value; larger ones are the same only where they are one node. */
const FEW = 64;

/**
 * A text that nodes share which compute the same; undefined for those that are never merged. `sameAs` gives for an operand one
 * that is known to be equal.
 */
export function repeatedKey(node: Node, nodes: NodeTable, dialect: Dialect, sameAs = (value: ValueRef): ValueRef => value): string | undefined {
  // What one branch computes is not there in another.
  if (dialect.runsInside?.(node) === true) return undefined;
  const own = dialect.isInput(node) || dialect.isConstant(node) || dialect.hasSideEffects(node) ? undefined : dialect.repeatKey(node, nodes);
  const attributes = own === undefined ? undefined : attributesKey(node.attributes);
  if (attributes === undefined) return undefined;
  const inputs = node.inputs.map((value) => inputKey(sameAs(value), nodes, dialect));
  const waits = [...node.controlInputs].sort();
  return JSON.stringify([node.op, own, inputs, waits, attributes, dialect.outputTypes(node), node.device ?? '', dialect.moduleOf?.(node)?.call ?? '']);
}

function inputKey(value: ValueRef, nodes: NodeTable, dialect: Dialect): string {
  const constant = dialect.constantBehind(nodes, value);
  const attribute = constant?.attributes.get('value');
  if (constant === undefined) return valueKey(value);
  if (attribute?.kind !== 'tensor' || bytesPerElement(attribute.dtype) === undefined || attribute.shape.reduce((a, b) => a * b, 1) > FEW) return valueKey({ node: constant.id, output: 0 });
  const { dtype, shape, data } = dialect.constantTensor(constant);
  return `${dtype}[${shape.join()}] ${bits(data as ArrayLike<number | bigint>)} after ${[...constant.controlInputs].sort().join()}`;
}

/** Elements so that different ones differ: zeros by their sign, too. */
function bits(data: ArrayLike<number | bigint>): string {
  return Array.from(data, (value) => (Object.is(value, -0) ? '-0' : String(value))).join();
}
