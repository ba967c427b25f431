import { tensorflowDialect as dialect } from '../../src/engine/formats/tensorflow/dialect';
import type { DataType } from '../../src/engine/graph/dataType';
import type { Graph, Node, ValueRef } from '../../src/engine/graph/graph';

/** Type of each FP32 or BF16 type group of the nodes that `base` and `converted` share, by node and group. */
export type GroupTypes = ReadonlyMap<string, ReadonlyMap<string, DataType>>;

const isFloat = (type: DataType | undefined): boolean => type === 'float32' || type === 'bfloat16';

export function groupTypes(base: Graph, converted: Graph): GroupTypes {
  const types = new Map<string, ReadonlyMap<string, DataType>>();
  for (const node of base.nodes.values()) {
    const now = converted.nodes.get(node.id);
    if (now === undefined || dialect.isConstant(node) || dialect.isCast(node)) continue;
    types.set(node.id, new Map(dialect.typeGroups(now).filter(({ dtype }) => isFloat(dtype)).map(({ name, dtype }) => [name, dtype])));
  }
  return types;
}

/** Where values enter a loop or its next trip, rounded there; the ops between hand them on and have the same type. */
const LOOP_ENTRIES = new Set(['Enter', 'NextIteration']);
const LOOP_OPS = new Set([...LOOP_ENTRIES, 'Merge', 'Switch', 'Exit']);

/**
 * `base` with the types of `types` in the plainest way: each op that is BF16 there reads every input through a Cast of its
 * own and gives every output back through one. What any placement of the same types computes, it computes too.
 */
export function convertedOpByOp(base: Graph, types: GroupTypes): Graph {
  const nodes = new Map<string, Node>();
  const redirected = new Map<string, ValueRef>();
  const key = ({ node, output }: ValueRef): string => `${node}:${output}`;
  const addCast = (name: string, input: ValueRef, from: DataType, to: DataType): ValueRef => {
    nodes.set(name, dialect.makeCast(name, input, from, to));
    return { node: name, output: 0 };
  };
  for (const node of base.nodes.values()) {
    const wanted = types.get(node.id);
    const groups = dialect.typeGroups(node).filter(({ name, dtype }) => dtype === 'float32' && wanted?.get(name) === 'bfloat16');
    const inputs = [...node.inputs];
    for (const input of LOOP_OPS.has(node.op) && !LOOP_ENTRIES.has(node.op) ? [] : groups.flatMap((group) => group.inputs)) {
      inputs[input] = addCast(`${node.id}/in${input}`, inputs[input]!, 'float32', 'bfloat16');
      if (LOOP_ENTRIES.has(node.op)) inputs[input] = addCast(`${node.id}/back${input}`, inputs[input], 'bfloat16', 'float32');
    }
    const narrow = LOOP_OPS.has(node.op) ? [] : groups;
    const retype = new Map<string, DataType>(narrow.map(({ name }) => [name, 'bfloat16']));
    const retyped = dialect.isDequantize(node) && narrow.length > 0 ? dialect.dequantizeAs(node, 'bfloat16')! : dialect.withTypes(node, retype);
    nodes.set(node.id, { ...retyped, inputs });
    for (const output of narrow.flatMap((group) => group.outputs)) {
      const value = { node: node.id, output };
      redirected.set(key(value), addCast(`${node.id}/out${output}`, value, 'bfloat16', 'float32'));
    }
  }
  const placed = (value: ValueRef, reader: string): ValueRef => {
    const to = redirected.get(key(value));
    return to === undefined || to.node === reader ? value : to;
  };
  return {
    ...base,
    nodes: new Map([...nodes].map(([id, node]) => [id, { ...node, inputs: node.inputs.map((value) => placed(value, id)) }])),
    outputs: base.outputs.map((output) => ({ ...output, value: placed(output.value, '') })),
  };
}
