import { UserError } from '../../../errors';
import type { Attribute } from '../../../graph/attribute';
import type { DataType } from '../../../graph/dataType';
import type { Node, ValueRef } from '../../../graph/graph';
import { makeConstant } from '../boundaryNodes';

export const RESOURCE_VARIABLES: ReadonlySet<string> = new Set(['VarHandleOp']);
export const REF_VARIABLES: ReadonlySet<string> = new Set(['Variable', 'VariableV2']);

/** Ops that do nothing to a variable. */
export const READS_OF_VARIABLES: ReadonlySet<string> = new Set(['ReadVariableOp', 'ResourceGather', 'ResourceGatherNd', 'VarHandleOp', 'VariableShape']);

/** Hand a variable on: with a constant in its place they hand on that. */
const PASS_ON: Readonly<Record<string, string>> = {
  Enter: 'Enter', Exit: 'Exit', Identity: 'Identity', Merge: 'Merge', NextIteration: 'NextIteration', Switch: 'Switch',
  RefEnter: 'Enter', RefExit: 'Exit', RefIdentity: 'Identity', RefMerge: 'Merge', RefNextIteration: 'NextIteration', RefSwitch: 'Switch',
};

const type = (value: DataType): Attribute => ({ kind: 'type', value });
const withAttributes = (node: Node, op: string, attributes: Readonly<Record<string, Attribute | undefined>>): Node => ({
  ...node, op, attributes: new Map(Object.entries(attributes).filter((entry): entry is [string, Attribute] => entry[1] !== undefined)),
});

/**
 * How each op that reads a resource variable becomes one that reads a constant (convert_to_constants.py); what comes with
 * the node is put before it.
 */
const READS: Readonly<Record<string, (node: Node, dtype: DataType) => { readonly node: Node; readonly before?: Node }>> = {
  ReadVariableOp: (node, dtype) => ({ node: withAttributes(node, 'Identity', { T: type(dtype) }) }),
  VariableShape: (node, dtype) => ({ node: withAttributes(node, 'Shape', { T: type(dtype), out_type: node.attributes.get('out_type') }) }),
  ResourceGather: (node, dtype) => {
    const batch = node.attributes.get('batch_dims');
    const depth = batch?.kind === 'int' ? Number(batch.value) : 0;
    const axis = makeConstant(`${node.id}/axis`, { dtype: 'int32', shape: [], data: Int32Array.of(depth) }, node.controlInputs);
    const gather = withAttributes(node, 'GatherV2', { Tparams: type(dtype), Tindices: node.attributes.get('Tindices'), Taxis: type('int32'), batch_dims: batch });
    return { node: { ...gather, inputs: [...node.inputs, { node: axis.id, output: 0 }] }, before: axis };
  },
  ResourceGatherNd: (node, dtype) => ({ node: withAttributes(node, 'GatherNd', { Tparams: type(dtype), Tindices: node.attributes.get('Tindices') }) }),
};

/**
 * The graph with every read of a variable as a read of the constant that will stand in the place of the variable, and the
 * variables there are. Throws UserError for a node that does anything else to a variable.
 */
export function readConstants(nodes: ReadonlyMap<string, Node>, order: readonly string[], file: string): { readonly nodes: ReadonlyMap<string, Node>; readonly variables: readonly Node[] } {
  const dtypes = new Map<string, { readonly dtype: DataType; readonly variable: Node }>();
  const variables: Node[] = [];
  const changed = new Map<string, readonly Node[]>();
  for (const id of order) {
    const node = nodes.get(id)!;
    const dtype = node.attributes.get('dtype');
    if (RESOURCE_VARIABLES.has(node.op) || REF_VARIABLES.has(node.op)) {
      if (dtype?.kind !== 'type') throw new UserError('the variable has no type', { file, node: node.name, hint: 'Export the SavedModel again' });
      variables.push(node);
      dtypes.set(id, { dtype: dtype.value, variable: node });
      continue;
    }
    const read = node.inputs.map((value) => dtypes.get(value.node)).find((found) => found !== undefined);
    if (read === undefined) continue;
    const isRef = REF_VARIABLES.has(read.variable.op);
    if (Object.hasOwn(PASS_ON, node.op)) {
      const T: Attribute = type(read.dtype);
      changed.set(id, [{ ...node, op: PASS_ON[node.op]!, attributes: isRef ? node.attributes : withoutShapes(new Map(node.attributes).set('T', T)) }]);
      // Behind Identity a ref variable is an ordinary value; a handle stays one.
      if (!isRef || node.op.startsWith('Ref')) dtypes.set(id, read);
    } else if (isRef) {
      if (changesVariable(node.op)) throw cannotFreeze(node, read.variable, file);
    } else {
      const convert = Object.hasOwn(READS, node.op) ? READS[node.op] : undefined;
      if (convert === undefined) throw cannotFreeze(node, read.variable, file);
      const made = convert(node, read.dtype);
      changed.set(id, made.before === undefined ? [made.node] : [made.before, made.node]);
    }
  }
  const result = new Map([...nodes].flatMap(([id, node]) => (changed.get(id) ?? [node]).map((made): [string, Node] => [made.id, made])));
  return { nodes: result, variables };
}

/** Shapes noted for a handle are not those of its value. */
function withoutShapes(attributes: Map<string, Attribute>): Map<string, Attribute> {
  attributes.delete('_output_shapes');
  return attributes;
}

function changesVariable(op: string): boolean {
  return /^(Assign|Scatter|Apply|SparseApply|CountUpTo|StridedSliceAssign|ResourceApply|DestroyTemporary)/.test(op) || op === 'IsVariableInitialized';
}

function cannotFreeze(node: Node, variable: Node, file: string): UserError {
  return new UserError(`${node.op} does more to the variable "${variable.name}" than read it, which a frozen graph cannot`, {
    file, node: node.name, hint: 'Choose a signature for inference, or export one that changes no variables',
  });
}

/** Reads that wait for nothing, but those to `keep`, give way to what they read: their readers read that. */
export function withoutPlainReads(nodes: ReadonlyMap<string, Node>, originals: ReadonlyMap<string, Node>, keep: ReadonlySet<string>): ReadonlyMap<string, Node> {
  const behind = new Map<string, ValueRef>();
  for (const [id, node] of nodes) {
    const isRead = node.op === 'Identity' && originals.get(id)?.op === 'ReadVariableOp' && node.controlInputs.length === 0;
    if (isRead && !keep.has(id) && nodes.get(node.inputs[0]!.node)?.op === 'VarHandleOp') behind.set(id, node.inputs[0]!);
  }
  const result = new Map<string, Node>();
  for (const [id, node] of nodes) {
    if (behind.has(id)) continue;
    const isRedirected = node.inputs.some((value) => behind.has(value.node)) || node.controlInputs.some((name) => behind.has(name));
    if (!isRedirected) result.set(id, node);
    else {
      const controlInputs = [...new Set(node.controlInputs.map((name) => behind.get(name)?.node ?? name))];
      result.set(id, { ...node, inputs: node.inputs.map((value) => behind.get(value.node) ?? value), controlInputs });
    }
  }
  return result;
}
