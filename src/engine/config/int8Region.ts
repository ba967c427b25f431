import { handsInt8On, quantizedInputs } from '../capabilities/quantizedInputs';
import type { Dialect } from '../dialect';
import { topologicalOrder } from '../graph/traversal';
import { type Graph, type Node, type ValueRef, valueKey } from '../graph/graph';
import type { PlannedNode } from '../plan';
import type { Choices } from './choices';

type Planned = Map<string, PlannedNode>;

/**
 * Widens the INT8 plan from the ops that compute in INT8 to those around them: first forwards to additions and activations
 * on the accumulator, then backwards to ops that hand INT8 values on and whose every reader wants INT8.
 */
export function spreadInt8(graph: Graph, planned: Planned, choices: Choices, { dialect, canCalibrate }: Pick<EpilogueContext, 'dialect' | 'canCalibrate'>): void {
  if (![...planned.values()].some((node) => node.precision === 'int8')) return;
  const readers = readersByValue(graph);
  const order = topologicalOrder(graph, (node) => dialect.closesLoop(node));
  const outputs = new Set(graph.outputs.map((output) => output.value.node));

  for (const id of order) {
    if (planned.get(id)!.precision !== 'int8' || dialect.passesInt8Through(graph.nodes.get(id)!)) continue;
    markEpilogue(id, { graph, planned, choices, dialect, canCalibrate, readers, outputs });
  }

  for (const id of order.reverse()) {
    const node = graph.nodes.get(id)!;
    if (!canPassThrough(node, graph, planned, choices, dialect) || outputs.has(id)) continue;
    const uses = dialect.outputTypes(node).flatMap((_, output) => readers.get(valueKey({ node: id, output })) ?? []);
    if (uses.length > 0 && uses.every((use) => readsInt8(use, graph, planned, dialect))) {
      planned.set(id, { precision: 'int8', reason: { text: 'All its readers are INT8, and it hands INT8 values on in their range.' }, bf16: 'denied' });
    }
  }
}

interface Use {
  readonly node: string;
  readonly input: number;
}

/** Whether a reader takes this value through Quantize and Dequantize. */
function readsInt8(use: Use, graph: Graph, planned: Planned, dialect: Dialect): boolean {
  if (planned.get(use.node)?.precision !== 'int8') return false;
  return quantizedInputs(graph.nodes.get(use.node)!, graph, dialect).includes(use.input);
}

function canPassThrough(node: Node, graph: Graph, planned: Planned, choices: Choices, dialect: Dialect): boolean {
  if (planned.get(node.id)?.precision === 'other' || !handsInt8On(node, graph, dialect)) return false;
  if (!choices.isOpenToInt8(node)) return false;
  const floats = node.inputs.filter((_, input) => dialect.inputType(node, input) === 'float32');
  return floats.length > 0 && floats.every((value) => dialect.constantBehind(graph.nodes, value) === undefined);
}

interface EpilogueContext {
  readonly graph: Graph;
  readonly planned: Planned;
  readonly choices: Choices;
  readonly dialect: Dialect;
  readonly canCalibrate: boolean;
  readonly readers: ReadonlyMap<string, readonly Use[]>;
  readonly outputs: ReadonlySet<string>;
}

/** Follows the chain of single readers after an INT8 op while they are epilogues. */
function markEpilogue(id: string, { graph, planned, choices, dialect, canCalibrate, readers, outputs }: EpilogueContext): void {
  let current = id;
  for (;;) {
    const uses = readers.get(valueKey({ node: current, output: 0 })) ?? [];
    if (uses.length !== 1 || outputs.has(current)) return;
    const next = graph.nodes.get(uses[0]!.node)!;
    const isOpen = planned.get(next.id)?.precision !== 'other' && choices.isOpenToInt8(next);
    if (!isOpen || !dialect.isEpilogue(next, graph) || planned.get(next.id)!.precision === 'int8') return;
    const added = dialect.epilogueActivations?.(next, graph) ?? [];
    const isAvailable = (input: number): boolean => canCalibrate || dialect.isDequantize(graph.nodes.get(next.inputs[input]!.node)!);
    if (added.includes(uses[0]!.input) || !added.every(isAvailable)) return;
    planned.set(next.id, { precision: 'int8', reason: { text: 'INT8 kernels compute it on the accumulator of the op before it.' }, bf16: 'denied' });
    current = next.id;
  }
}

function readersByValue(graph: Graph): Map<string, Use[]> {
  const readers = new Map<string, Use[]>();
  for (const node of graph.nodes.values()) {
    node.inputs.forEach((value: ValueRef, input) => {
      const key = valueKey(value);
      const list = readers.get(key);
      if (list === undefined) readers.set(key, [{ node: node.id, input }]);
      else list.push({ node: node.id, input });
    });
  }
  return readers;
}
