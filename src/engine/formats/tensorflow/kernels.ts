import { opDefinition } from '../../capabilities/tensorflow';
import { KEEPS_ITS_TYPES, RANDOM_OP } from '../../capabilities/tensorflowOverrides';
import type { DataType } from '../../graph/dataType';
import type { Node } from '../../graph/graph';
import { ELEMENT_TYPE, signatureOf, typeAttribute } from './signature';

type Answer = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const refuse = (reason: string): Answer => ({ ok: false, reason });

/**
 * Whether TensorFlow's CPU build has a kernel for the node once the named type groups have these types: one registered
 * kernel must accept the whole tuple of type attributes (op_kernel.cc, FindKernelRegistration), the op definition must
 * admit each type, and no entry of the override table may object.
 */
export function kernelFor(node: Node, types: ReadonlyMap<string, DataType>): Answer {
  const objection = objectionTo(node, types);
  if (objection !== undefined) return refuse(objection);
  const definition = opDefinition(node.op)!;
  const full = new Map<string, readonly string[]>();
  for (const [name, attribute] of definition.typeAttributes) {
    const wanted = attribute.isList ? listTypes(node, name, types) : [types.get(name) ?? typeAttribute(node, name)].filter((t) => t !== undefined);
    const illegal = wanted.find((type) => attribute.allowed !== undefined && !attribute.allowed.has(type));
    if (illegal !== undefined) return refuse(`TensorFlow defines ${node.op} without ${illegal} for ${name}.`);
    full.set(name, wanted);
  }
  const fits = definition.kernels.some((kernel) =>
    [...kernel].every(([name, allowed]) => (full.get(name) ?? []).every((type) => allowed.has(type))));
  if (fits) return { ok: true };
  const tuple = [...types].map(([name, type]) => `${name}=${type}`).join(', ');
  return refuse(`TensorFlow has no CPU kernel of ${node.op} with ${tuple}.`);
}

function objectionTo(node: Node, types: ReadonlyMap<string, DataType>): string | undefined {
  const definition = opDefinition(node.op);
  if (definition === undefined) return `TensorFlow does not know the op ${node.op}, so its types stay as they are.`;
  const signature = signatureOf(node);
  for (const name of types.keys()) {
    const group = signature.groups.find((candidate) => candidate.name === name);
    if (group === undefined) return `${node.op} has no type attribute ${name}.`;
    if (group.inputs.length === 0 && name !== ELEMENT_TYPE) return `${node.op} makes its values itself, so another type would give other values.`;
  }
  if (definition.kernels.length === 0) return `TensorFlow has no CPU kernel of ${node.op}.`;
  if (definition.isStateful) return `${node.op} has side effects or state.`;
  // Lists are values: all ops that share one change their element type together (see `sharedTypes`).
  const onlyElements = [...types.keys()].every((name) => name === ELEMENT_TYPE);
  if (signature.sharesState && !onlyElements) return `${node.op} works on state whose element type other nodes rely on.`;
  if (RANDOM_OP.test(node.op)) return `${node.op} would draw other random numbers.`;
  if ([...node.attributes.values()].some((attribute) => attribute.kind === 'function')) return `${node.op} calls a function, whose types are fixed.`;
  return KEEPS_ITS_TYPES[node.op];
}

function listTypes(node: Node, name: string, types: ReadonlyMap<string, DataType>): string[] {
  const attribute = node.attributes.get(name);
  const current = attribute?.kind === 'types' ? attribute.value : [];
  return current.map((type, index) => types.get(`${name}[${index}]`) ?? type);
}

/** The node with the named type groups set; kernels are not checked here. */
export function withTypes(node: Node, types: ReadonlyMap<string, DataType>): Node {
  const attributes = new Map(node.attributes);
  for (const [group, value] of types) {
    const entry = /^(.+)\[(\d+)\]$/.exec(group);
    if (entry === null) {
      attributes.set(group, { kind: 'type', value });
      continue;
    }
    const [, name, index] = entry as unknown as [string, string, string];
    const list = attributes.get(name);
    if (list?.kind !== 'types') throw new Error(`${node.name} has no type list ${name}`);
    attributes.set(name, { kind: 'types', value: list.value.map((old, i) => (i === Number(index) ? value : old)) });
  }
  return { ...node, attributes };
}
