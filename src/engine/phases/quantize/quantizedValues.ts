import { handsInt8On, quantizedInputs } from '../../capabilities/quantizedInputs';
import type { Dialect } from '../../dialect';
import { type Graph, type ValueRef, valueKey } from '../../graph/graph';
import type { Plan } from '../../plan';
import type { FusedPlan } from './fused/planFused';

/** A value that INT8 ops read, and the values that share its range because INT8 is handed through between them. */
export interface QuantizedValue {
  readonly value: ValueRef;
  /** Every value of the group, this one included; all have one grid. */
  readonly group: readonly ValueRef[];
  /** An INT8 kernel gives it, and nothing but INT8: its FP32 readers read what comes out of Dequantize as well. */
  readonly isInt8Only: boolean;
}

/**
 * The values that need Quantize and Dequantize: activation inputs of planned INT8 ops. An op that hands INT8 values on
 * (pooling, concatenation, reshaping) ties its inputs and its output to one range. Values that already come out of a
 * Dequantize are left alone. Results of kernels that give INT8 only are among them, whoever reads them.
 */
export function quantizedValues(graph: Graph, plan: Plan, dialect: Dialect, fused?: FusedPlan): QuantizedValue[] {
  const parents = new Map<string, string>();
  const values = new Map<string, ValueRef>();
  const root = (key: string): string => {
    let top = key;
    while (parents.get(top) !== top) top = parents.get(top)!;
    for (let at = key; at !== top; ) {
      const next = parents.get(at)!;
      parents.set(at, top);
      at = next;
    }
    return top;
  };
  const enter = (value: ValueRef): string => {
    const key = valueKey(value);
    if (!parents.has(key)) {
      parents.set(key, key);
      values.set(key, value);
    }
    return key;
  };

  const read = new Map<string, ValueRef>();
  for (const node of graph.nodes.values()) {
    if (plan.nodes.get(node.id)?.precision !== 'int8') continue;
    const handsOn = handsInt8On(node, graph, dialect);
    for (const input of quantizedInputs(node, graph, dialect)) {
      const value = node.inputs[input]!;
      if (dialect.isDequantize(graph.nodes.get(value.node)!)) continue;
      read.set(enter(value), value);
      if (handsOn) parents.set(root(valueKey(value)), root(enter({ node: node.id, output: 0 })));
    }
  }

  const int8Only = new Set<string>();
  for (const { result, givesInt8Only } of fused?.ops ?? []) {
    if (!givesInt8Only) continue;
    read.set(enter(result), result);
    int8Only.add(valueKey(result));
  }

  const groups = new Map<string, ValueRef[]>();
  for (const [key, value] of values) {
    const list = groups.get(root(key));
    if (list === undefined) groups.set(root(key), [value]);
    else list.push(value);
  }
  return [...read].map(([key, value]) => ({ value, group: groups.get(root(key))!, isInt8Only: int8Only.has(key) }));
}
