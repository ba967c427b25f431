import { UserError } from '../../../errors';
import type { Attribute } from '../../../graph/attribute';
import type { DataType } from '../../../graph/dataType';
import type { Node } from '../../../graph/graph';
import type { Body } from './body';
import type { Gate, Inlining, Instance, Located, Waited } from './instance';

/** A call that ops of the flat graph are to stand in for. */
export interface LoweredCall<C> {
  readonly instance: Instance;
  readonly node: Node;
  /** What the names of the ops begin with. */
  readonly id: string;
  readonly calls: C;
  /** Makes an instance of a body this call runs. */
  readonly enter: (callee: Body, gate: Gate) => Instance;
}

/** Adds a node to the flat graph; its first output. */
export function addNode(
  { pending, gates }: Inlining, id: string, op: string, attributes: Readonly<Record<string, Attribute>>, inputs: readonly Located[],
  { gate, isGated, waits = [] }: { readonly gate: Gate | undefined; readonly isGated: boolean; readonly waits?: readonly Waited[] },
): Located {
  const node: Node = { id, name: id, op, inputs: [], controlInputs: [], attributes: new Map(Object.entries(attributes)) };
  pending.push({ node, inputs, waits, gate, isGated });
  gates.set(id, gate);
  return flat(id);
}

/** A value of the flat graph. */
export function flat(node: string, output = 0): Located {
  return { instance: undefined, value: { node, output } };
}

/** A list of types that a functional op must have, one per input or output. */
export function listOfTypes(node: Node, name: string, file: string): readonly DataType[] {
  const list = node.attributes.get(name);
  if (list?.kind === 'types') return list.value;
  // A list without entries does not tell its kind.
  if (list?.kind === 'ints' && list.value.length === 0) return [];
  throw new UserError(`it has no list of types "${name}"`, { file, node: node.name, hint: 'Export the SavedModel again' });
}
