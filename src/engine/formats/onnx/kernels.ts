import type { OpVersion } from '../../capabilities/onnx';
import { KEEPS_ITS_TYPES } from '../../capabilities/onnxPrecision';
import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import type { Node } from '../../graph/graph';
import { retyped } from '../retyped';
import { dataTypeToEnum } from './dataTypes';
import { sourceOf } from './node';
import { versionsBetween } from './reach';
import { definitionOf, typeGroups } from './signature';

type Answer = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const refuse = (reason: string): Answer => ({ ok: false, reason });

/**
 * Whether ONNX defines the node with these types of its type groups, in the model's operator set or one it can be raised
 * to. Which execution provider then has a kernel is another question.
 */
export function kernelFor(node: Node, types: ReadonlyMap<string, DataType>): Answer {
  const { kind, domain, versions } = sourceOf(node);
  // The node that runs its graph says what it can be.
  if (kind === 'parameter' && typeGroups(node).length > 0) return { ok: true };
  const definition = definitionOf(node);
  if (definition === undefined) return refuse(`ONNX does not define the op ${node.op}${domain === '' ? '' : ` of ${domain}`}, so its types stay as they are.`);
  const own = Object.hasOwn(KEEPS_ITS_TYPES, node.op) ? KEEPS_ITS_TYPES[node.op] : undefined;
  if (own !== undefined) return refuse(own);
  const groups = typeGroups(node);
  for (const name of types.keys()) {
    const group = groups.find((candidate) => candidate.name === name);
    if (group === undefined) return refuse(`${node.op} has no type ${name} that could change.`);
    if (group.inputs.length === 0) return refuse(`${node.op} makes its values itself, so another type would give other values.`);
  }
  if (admits(definition, types)) return { ok: true };
  const opset = versions?.opsets.get('') ?? 1;
  const later = domain === '' ? versionsBetween(node.op, opset, Infinity).find((version) => admits(version, types)) : undefined;
  const tuple = [...new Set(types.values())].join(', ');
  if (later === undefined) return refuse(`ONNX defines ${node.op} without ${tuple}.`);
  if (later.since <= (versions?.reach ?? opset)) return { ok: true };
  return refuse(`ONNX defines ${node.op} with ${tuple} from operator set ${later.since} on, but this model is in ${opset}. ${versions?.limit ?? ''}`.trim());
}

function admits({ types: variables }: OpVersion, types: ReadonlyMap<string, DataType>): boolean {
  return [...types].every(([name, type]) => variables.get(/^[^[]*/.exec(name)![0])?.has(type));
}

/** The node with the named type groups set; kernels are not checked here. */
export function withTypes(node: Node, types: ReadonlyMap<string, DataType>): Node {
  const source = sourceOf(node);
  const { inputTypes, outputTypes } = retyped(typeGroups(node), source, types);
  const attributes = node.op === 'Cast' && outputTypes[0] !== source.outputTypes[0] ? castingTo(node, outputTypes[0]!) : node.attributes;
  return { ...node, attributes, source: { ...source, inputTypes, outputTypes } };
}

function castingTo(node: Node, type: DataType): Node['attributes'] {
  const to: Attribute = { kind: 'int', value: dataTypeToEnum(type) };
  return new Map(node.attributes).set('to', to);
}

