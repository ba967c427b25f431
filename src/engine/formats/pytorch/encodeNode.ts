import { isObject, type Json, type JsonObject } from '../../data/losslessJson';
import { opArguments } from '../../capabilities/pytorch';
import type { Attribute } from '../../graph/attribute';
import type { Node } from '../../graph/graph';
import { argumentOf, mapNames, union } from './arguments';
import { listAt } from './program';
import { sourceOf } from './source';
import type { ValueNames } from './valueNames';

/** The Node message of the schema: the one that was read where nothing of it changed, otherwise with new arguments. */
export function encodeNode(node: Node, names: ValueNames): JsonObject {
  const { message, original, inputs } = sourceOf(node).origin!;
  const isUntouched = node.inputs === original.inputs && node.attributes === original.attributes;
  if (isUntouched && node.inputs.every((value, input) => names.of(value) === inputs[input])) return message;
  return new Map(message).set('inputs', encodeArguments(node, node.op, names));
}

/** A node that a phase made; what it says of where it comes from is that of the node it was made for. */
export function encodeNewNode(node: Node, op: string, name: string, metadata: Json | undefined, names: ValueNames): JsonObject {
  const target = `torch.ops.${op}${op.split('.').length === 2 ? '.default' : ''}`;
  return new Map<string, Json>([
    ['target', target],
    ['inputs', encodeArguments(node, op, names)],
    ['outputs', [union('as_tensor', new Map([['name', name]]))]],
    ['metadata', new Map([...(isObject(metadata) ? metadata : [])].filter(([key]) => key === 'stack_trace' || key === 'nn_module_stack'))],
    ['is_hop_single_tensor_return', null],
    ['name', name],
  ]);
}

/** `op` is what the node is written as. */
function encodeArguments(node: Node, op: string, names: ValueNames): Json {
  return [...node.attributes].map(([name, attribute]) => encodeArgument(name, attribute, node, op, names));
}

function encodeArgument(name: string, attribute: Attribute, node: Node, op: string, names: ValueNames): JsonObject {
  const entry = isObject(attribute.source as Json | undefined) ? (attribute.source as JsonObject) : argumentOf(name, attribute, kindOf(name, node, op));
  if (attribute.kind !== 'operands') return entry;
  const inputs = attribute.value.flatMap((operand) => (operand !== null && typeof operand === 'object' ? [operand.input] : []));
  let next = 0;
  return new Map(entry).set('arg', mapNames(entry.get('arg')!, () => names.of(node.inputs[inputs[next++]!]!)));
}

const POSITIONAL = 1;
const BY_KEYWORD = 2;

/** As the argument was given, else as the op's schema wants it. */
function kindOf(name: string, node: Node, op: string): 1 | 2 {
  const { origin } = sourceOf(node);
  const read = origin === undefined ? undefined : listAt(origin.message, 'inputs').find((entry) => isObject(entry) && entry.get('name') === name);
  if (isObject(read)) return read.get('kind') === BY_KEYWORD ? BY_KEYWORD : POSITIONAL;
  return opArguments(op)?.find((argument) => argument.name === name)?.isKeywordOnly === true ? BY_KEYWORD : POSITIONAL;
}
