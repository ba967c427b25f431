import type { Ranges } from '../../calibration/ranges';
import type { TuningConfig } from '../../config/config';
import { resolvePlan } from '../../config/plan';
import type { Dialect } from '../../dialect';
import { type Graph, valueKey } from '../../graph/graph';
import { type ModelCall, modelCalls, nodesOfCall } from '../../graph/signatures';
import type { Plan, Warning } from '../../plan';
import type { QuantizedValue } from './quantizedValues';

/** Whether any of the values that share the range has one. */
export function isSeen({ group }: QuantizedValue, ranges: Ranges): boolean {
  return group.some((member) => ranges.has(valueKey(member)));
}

/**
 * The plan that the phases follow once the ranges of `values`, those of `quantizedValues`, are known: readers of values
 * without one are what they would be without INT8. Each has a warning, but those of signatures of which calibration saw
 * nothing: each signature has one. Linear in the graph for each signature.
 */
export function planWithRanges(
  plan: Plan, folded: Graph, values: readonly QuantizedValue[], ranges: Ranges, config: TuningConfig, dialect: Dialect,
): Plan {
  const unseen = new Set(values.filter((value) => !isSeen(value, ranges)).map(({ value }) => valueKey(value)));
  if (unseen.size === 0) return plan;
  const calls = callsNotRun(folded, values, unseen);
  const fallback = resolvePlan(folded, config, { dialect, canCalibrate: false });
  const nodes = new Map(plan.nodes);
  const warnings: Warning[] = [];
  for (const node of folded.nodes.values()) {
    const value = node.inputs.find((input) => unseen.has(valueKey(input)));
    if (value === undefined || nodes.get(node.id)?.precision !== 'int8') continue;
    const text = `Calibration saw no value of ${folded.nodes.get(value.node)!.name}, so there is no range for INT8.`;
    const planned = fallback.nodes.get(node.id)!;
    nodes.set(node.id, { ...planned, reason: { text: planned.precision === 'bf16' ? `${text} It becomes BF16 instead.` : text } });
    const notRun = calls.find((call) => call.nodes.has(node.id));
    if (notRun === undefined) warnings.push({ node: node.name, message: `It is not INT8: ${text}` });
    else notRun.ops++;
  }
  for (const { call, ops } of calls) if (ops > 0) warnings.push({ message: notRunText(call, ops) });
  return { ...plan, nodes, warnings: [...plan.warnings, ...warnings] };
}

interface CallNotRun {
  readonly call: ModelCall;
  readonly nodes: ReadonlySet<string>;
  /** That lose INT8 by it. */
  ops: number;
}

/** The signatures of which INT8 ops read values and calibration saw none. */
function callsNotRun(graph: Graph, values: readonly QuantizedValue[], unseen: ReadonlySet<string>): readonly CallNotRun[] {
  const calls = modelCalls(graph);
  if (calls.length === 1) return [];
  return calls.map((call) => ({ call, nodes: nodesOfCall(call, graph), ops: 0 }))
    .filter(({ nodes }) => values.every(({ value }) => !nodes.has(value.node) || unseen.has(valueKey(value))));
}

function notRunText({ signature, inputs }: ModelCall, ops: number): string {
  const what = ops === 1 ? 'an op of it is' : `${ops} ops of it are`;
  return `Calibration did not run the signature "${signature}", so ${what} not INT8. Add arrays for its inputs to the data: ${inputs.map(({ name }) => name).join(', ')}.`;
}
