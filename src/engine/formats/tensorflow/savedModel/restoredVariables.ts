import { UserError } from '../../../errors';
import type { Node, ValueRef } from '../../../graph/graph';
import { decodeTensor } from '../tensor';
import { parseShapeAndSlice, type TensorSlice } from './tensorSlice';

/** Where the bundle keeps the value of a variable. */
export interface StoredVariable {
  readonly key: string;
  readonly slice: TensorSlice | undefined;
}

const ASSIGNS: ReadonlySet<string> = new Set(['Assign', 'AssignVariableOp']);
const PASS_ON: ReadonlySet<string> = new Set(['Identity', 'IdentityN', 'Reshape']);

/**
 * Where each variable's value is kept, by the id of the variable's node, read off the graph that restores them: an
 * assignment to a variable of what RestoreV2 reads. Holds for TensorFlow 1 and 2 alike.
 */
export function restoredVariables(nodes: ReadonlyMap<string, Node>): ReadonlyMap<string, StoredVariable> {
  const found = new Map<string, StoredVariable>();
  for (const node of nodes.values()) {
    if (!ASSIGNS.has(node.op)) continue;
    const variable = origin(nodes, node.inputs[0]);
    const restored = origin(nodes, node.inputs[1]);
    const source = restored && nodes.get(restored.node);
    if (variable === undefined || restored === undefined || source?.op !== 'RestoreV2' || found.has(variable.node)) continue;
    const key = stringAt(nodes, source, 1, restored.output);
    const slice = stringAt(nodes, source, 2, restored.output);
    if (key !== undefined) found.set(variable.node, { key, slice: parseShapeAndSlice(slice ?? '') });
  }
  return found;
}

/** Where a value comes from, through nodes that pass it on. */
function origin(nodes: ReadonlyMap<string, Node>, start: ValueRef | undefined): ValueRef | undefined {
  let value = start;
  for (let steps = 0; value !== undefined && steps <= nodes.size; steps++) {
    const node = nodes.get(value.node);
    if (node === undefined || !PASS_ON.has(node.op)) return value;
    value = node.inputs[node.op === 'IdentityN' ? value.output : 0];
  }
  return undefined;
}

function stringAt(nodes: ReadonlyMap<string, Node>, restore: Node, input: number, index: number): string | undefined {
  const constant = nodes.get(restore.inputs[input]?.node ?? '');
  if (constant?.op !== 'Const') return undefined;
  try {
    const { data } = decodeTensor(constant.attributes.get('value'), constant.name);
    const bytes = (data as readonly unknown[])[index];
    return bytes instanceof Uint8Array ? new TextDecoder().decode(bytes) : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
