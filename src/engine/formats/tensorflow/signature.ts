import { opDefinition, type Argument } from '../../capabilities/tensorflow';
import type { DataType } from '../../graph/dataType';
import type { TypeGroup } from '../../dialect';
import type { Attribute } from '../../graph/attribute';
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

/** What is known of an op, or of the nodes of an op whose first attributes that matter have certain values. */
interface Known {
  readonly next: Map<unknown, Known>;
  /** Of nodes with all these values. */
  signature?: Signature;
}

/** Few different signatures exist even in the largest graph, so they are kept by what they depend on, not by node. */
const cache = new Map<string, Known & { readonly names: readonly string[] }>();

/**
 * Signature of a node from its type attributes and the op definition's defaults (op_def.proto, node_def_util.cc).
 * An op TensorFlow does not know has no types and no groups.
 */
export function signatureOf(node: Node): Signature {
  let known = cache.get(node.op);
  if (known === undefined) cache.set(node.op, (known = { names: attributesThatMatter(node.op), next: new Map() }));
  let last: Known = known;
  for (const name of known.names) last = nextKnown(last, node.attributes.get(name));
  return (last.signature ??= computeSignature(node));
}

function nextKnown({ next }: Known, attribute: Attribute | undefined): Known {
  const value = attribute !== undefined && 'value' in attribute ? attribute.value : undefined;
  const key = attribute?.kind === 'types' ? attribute.value.join() : value;
  let known = next.get(key);
  if (known === undefined) next.set(key, (known = { next: new Map() }));
  return known;
}

/** Attributes that give an argument or a list's elements their type or say how often an argument is repeated. */
function attributesThatMatter(op: string): readonly string[] {
  const definition = opDefinition(op);
  const args = definition === undefined ? [] : [...definition.inputs, ...definition.outputs];
  const elements = definition?.typeAttributes.has(ELEMENT_TYPE) === true ? [ELEMENT_TYPE] : [];
  return [...new Set([...args.flatMap((arg) => [arg.typeAttr, arg.numberAttr]), ...elements].filter((name) => name !== undefined))];
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
