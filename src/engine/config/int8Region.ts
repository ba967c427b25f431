import { handsInt8On, quantizedInputs } from '../capabilities/quantizedInputs';
import type { Dialect } from '../dialect';
import { topologicalOrder } from '../graph/traversal';
import type { Graph, Node } from '../graph/graph';
import { type ValueRead, ValueReads } from '../graph/valueReads';
import type { PlannedNode } from '../plan';
import type { Choices } from './choices';

type Planned = Map<string, PlannedNode>;

/**
 * Widens the INT8 plan from the ops that compute in INT8 to those around them: first forwards to additions and activations
 * on the accumulator, then backwards to ops that hand INT8 values on and whose every reader wants INT8.
 */
export function spreadInt8(graph: Graph, planned: Planned, choices: Choices, { dialect, canCalibrate }: Pick<EpilogueContext, 'dialect' | 'canCalibrate'>): void {
  if (![...planned.values()].some((node) => node.precision === 'int8')) return;
  const reads = new ValueReads(graph);
  const order = topologicalOrder(graph, (node) => dialect.closesLoop(node));

  for (const id of order) {
    if (planned.get(id)!.precision !== 'int8' || dialect.passesInt8Through(graph.nodes.get(id)!)) continue;
    markEpilogue(id, { graph, planned, choices, dialect, canCalibrate, reads });
  }

  for (const id of order.reverse()) {
    const node = graph.nodes.get(id)!;
    if (!canPassThrough(node, graph, planned, choices, dialect)) continue;
    const values = dialect.outputTypes(node).map((_, output) => ({ node: id, output }));
    const uses = values.flatMap((value) => reads.of(value));
    if (uses.length > 0 && !values.some((value) => reads.isFetched(value)) && uses.every((use) => readsInt8(use, graph, planned, dialect))) {
      planned.set(id, { precision: 'int8', reason: { text: 'All its readers are INT8, and it hands INT8 values on in their range.' }, bf16: 'denied' });
    }
  }
}

/** Whether a reader takes this value through Quantize and Dequantize. */
function readsInt8(use: ValueRead, graph: Graph, planned: Planned, dialect: Dialect): boolean {
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
  readonly reads: ValueReads;
}

/** Follows the chain of single readers after an INT8 op while they are epilogues. */
function markEpilogue(id: string, { graph, planned, choices, dialect, canCalibrate, reads }: EpilogueContext): void {
  let current = id;
  for (;;) {
    const read = reads.only({ node: current, output: 0 });
    if (read === undefined) return;
    const next = graph.nodes.get(read.node)!;
    const isOpen = planned.get(next.id)?.precision !== 'other' && choices.isOpenToInt8(next);
    if (!isOpen || !dialect.isEpilogue(next, graph) || planned.get(next.id)!.precision === 'int8') return;
    const added = dialect.epilogueActivations?.(next, graph) ?? [];
    const isAvailable = (input: number): boolean => canCalibrate || dialect.isDequantize(graph.nodes.get(next.inputs[input]!.node)!);
    if (added.includes(read.input) || !added.every(isAvailable)) return;
    planned.set(next.id, { precision: 'int8', reason: { text: 'INT8 kernels compute it on the accumulator of the op before it.' }, bf16: 'denied' });
    current = next.id;
  }
}
