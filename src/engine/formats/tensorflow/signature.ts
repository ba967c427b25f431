import { opDefinition, type Argument } from '../../capabilities/tensorflow';
import type { DataType } from '../../graph/dataType';
import type { TypeGroup } from '../../dialect';
import type { Node } from '../../graph/graph';

/** Types of a node's inputs and outputs after expanding repeated and list-typed arguments of its op definition. */
export interface Signature {
  readonly inputs: readonly (DataType | undefined)[];
  readonly outputs: readonly (DataType | undefined)[];
  readonly groups: readonly TypeGroup[];
  /** Touches a resource, a variant or a reference, whose element type other nodes rely on. */
  readonly sharesState: boolean;
}

/** The attribute by which ops on lists of tensors name the type of the elements; not all of them have an argument of that type. */
export const ELEMENT_TYPE = 'element_dtype';

const EMPTY: Signature = { inputs: [], outputs: [], groups: [], sharesState: false };
/** Few different ones exist even in the largest graph, so they are kept by what they depend on, not by node. */
const cache = new Map<string, Signature>();
const dependencies = new Map<string, readonly string[]>();

/**
 * Signature of a node from its type attributes and the op definition's defaults (op_def.proto, node_def_util.cc).
 * An op TensorFlow does not know has no types and no groups.
 */
export function signatureOf(node: Node): Signature {
  const key = signatureKey(node);
  let signature = cache.get(key);
  if (signature === undefined) {
    signature = computeSignature(node);
    cache.set(key, signature);
  }
  return signature;
}

function signatureKey(node: Node): string {
  let key = node.op;
  for (const name of attributesThatMatter(node.op)) {
    const attribute = node.attributes.get(name);
    key += attribute !== undefined && 'value' in attribute ? `|${String(attribute.value)}` : '|';
  }
  return key;
}

/** Attributes that give an argument or a list's elements their type or say how often an argument is repeated. */
function attributesThatMatter(op: string): readonly string[] {
  let names = dependencies.get(op);
  if (names === undefined) {
    const definition = opDefinition(op);
    const args = definition === undefined ? [] : [...definition.inputs, ...definition.outputs];
    const elements = definition?.typeAttributes.has(ELEMENT_TYPE) === true ? [ELEMENT_TYPE] : [];
    names = [...new Set([...args.flatMap((arg) => [arg.typeAttr, arg.numberAttr]), ...elements].filter((name) => name !== undefined))];
    dependencies.set(op, names);
  }
  return names;
}

function computeSignature(node: Node): Signature {
  const definition = opDefinition(node.op);
  if (definition === undefined) return EMPTY;
  const groups = new Map<string, { dtype: DataType; inputs: number[]; outputs: number[] }>();
  const expand = (args: readonly Argument[], side: 'inputs' | 'outputs'): (DataType | undefined)[] => {
    const types: (DataType | undefined)[] = [];
    for (const arg of args) {
      for (const { dtype, group } of expandArgument(node, arg)) {
        if (group !== undefined && dtype !== undefined) {
          const entry = groups.get(group) ?? { dtype, inputs: [], outputs: [] };
          entry[side].push(types.length);
          groups.set(group, entry);
        }
        types.push(dtype);
      }
    }
    return types;
  };
  const inputs = expand(definition.inputs, 'inputs');
  const outputs = expand(definition.outputs, 'outputs');
  const elementType = definition.typeAttributes.has(ELEMENT_TYPE) ? typeAttribute(node, ELEMENT_TYPE) : undefined;
  if (elementType !== undefined && !groups.has(ELEMENT_TYPE)) groups.set(ELEMENT_TYPE, { dtype: elementType, inputs: [], outputs: [] });
  const args = [...definition.inputs, ...definition.outputs];
  return {
    inputs,
    outputs,
    groups: [...groups].map(([name, group]) => ({ name, ...group })),
    sharesState: args.some((arg) => arg.isRef) || [...inputs, ...outputs].some((type) => type === 'resource' || type === 'variant'),
  };
}

function expandArgument(node: Node, arg: Argument): { dtype: DataType | undefined; group: string | undefined }[] {
  if (arg.isList && arg.typeAttr !== undefined) {
    const list = node.attributes.get(arg.typeAttr);
    const types = list?.kind === 'types' ? list.value : [];
    return types.map((dtype, index) => ({ dtype, group: `${arg.typeAttr}[${index}]` }));
  }
  const dtype = arg.typeAttr === undefined ? arg.type : typeAttribute(node, arg.typeAttr);
  const repeat = arg.numberAttr === undefined ? 1 : countAttribute(node, arg.numberAttr);
  return Array.from({ length: repeat }, () => ({ dtype, group: arg.typeAttr }));
}

/** Value of a type attribute, or the op definition's default. */
export function typeAttribute(node: Node, name: string): DataType | undefined {
  const attribute = node.attributes.get(name);
  if (attribute?.kind === 'type') return attribute.value;
  return opDefinition(node.op)?.typeAttributes.get(name)?.default;
}

function countAttribute(node: Node, name: string): number {
  const attribute = node.attributes.get(name);
  return attribute?.kind === 'int' ? Math.max(0, Math.min(Number(attribute.value), 1 << 20)) : 0;
}
