import { type OnnxParameter, opVersion, type OpVersion } from '../../capabilities/onnx';
import type { TypeGroup } from '../../dialect';
import type { DataType } from '../../graph/dataType';
import type { Node } from '../../graph/graph';
import { sourceOf } from './node';
import { parameterGroups, passageGroups } from './passages';

/** The definition of the op that the model's operator sets name, or undefined for an op not known. */
export function definitionOf(node: Node): OpVersion | undefined {
  const { kind, domain, versions, minOpset } = sourceOf(node);
  if (kind !== 'node') return undefined;
  const opset = versions === undefined ? Math.max(minOpset ?? 1, NEW_NODES) : versions.opsets.get(domain) ?? 1;
  return opVersion(domain, node.op, opset);
}

/** New nodes are Casts, Quantize, Dequantize and additions: the same since this version. */
const NEW_NODES = 13;

/** The parameter that an input or output at `slot` is for; the last one may stand for several. */
export function parameterAt(parameters: readonly OnnxParameter[], slot: number): OnnxParameter | undefined {
  const last = parameters.at(-1);
  return parameters[slot] ?? (last?.isVariadic === true ? last : undefined);
}

/** Name of the type group of a parameter: its type variable, with the slot where each value has a type of its own. */
export function groupName(parameter: OnnxParameter, slot: number): string {
  return parameter.isHeterogeneous ? `${parameter.type}[${slot}]` : parameter.type;
}

const known = new WeakMap<object, readonly TypeGroup[]>();

/**
 * Inputs and outputs of a node that share a type, by the type variables of its op; of an op that runs graphs, by what goes
 * through them. Where its graphs stay as they are there are none: what those compute fixes their types.
 */
export function typeGroups(node: Node): readonly TypeGroup[] {
  const source = sourceOf(node);
  let groups = known.get(source);
  if (groups === undefined) known.set(source, (groups = computeGroups(node)));
  return groups;
}

function computeGroups(node: Node): readonly TypeGroup[] {
  const definition = definitionOf(node);
  const { kind, slots, inputTypes, outputTypes, outputNames, captures } = sourceOf(node);
  if (kind === 'parameter') return parameterGroups(node);
  if (definition === undefined || captures.length > 0) return [];
  if (hasGraphs(node)) return passageGroups(node);
  const groups = new Map<string, { dtype: DataType; inputs: number[]; outputs: number[] }>();
  const add = (side: 'inputs' | 'outputs', index: number, slot: number, dtype: DataType | undefined): void => {
    const parameter = parameterAt(definition[side], slot);
    if (parameter === undefined || dtype === undefined || !definition.types.has(parameter.type)) return;
    const name = groupName(parameter, slot);
    const group = groups.get(name) ?? { dtype, inputs: [], outputs: [] };
    group[side].push(index);
    groups.set(name, group);
  };
  slots.forEach((slot, index) => add('inputs', index, slot, inputTypes[index]));
  outputNames.forEach((_, output) => add('outputs', output, output, outputTypes[output]));
  return [...groups].map(([name, group]) => ({ name, ...group }));
}

function hasGraphs(node: Node): boolean {
  return node.op === 'If' || node.op === 'Loop' || node.op === 'Scan';
}

/** Types of the node's type variables. */
export function groupTypes(node: Node): ReadonlyMap<string, DataType> {
  return new Map(typeGroups(node).map(({ name, dtype }) => [name, dtype]));
}
