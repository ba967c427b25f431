import type { Dialect, SharedType } from '../dialect';
import type { Graph, Node } from '../graph/graph';
import type { PlannedNode } from '../plan';
import type { Composite } from './composites';

/**
 * Gives nodes that share a type one class: all are denied BF16 where one of them is or their type is fixed, else all are
 * demanded where one is, else all are free. A node of a shared type has one FP32 type group, so nodes are decided whole.
 * Returns why not, by id, for each node that this keeps from BF16. Linear.
 */
export function agreeOnSharedTypes(graph: Graph, planned: Map<string, PlannedNode>, dialect: Dialect): ReadonlyMap<string, string> {
  const denied = new Map<string, string>();
  for (const shared of dialect.sharedTypes(graph)) agree(membersIn(shared, graph, dialect), shared.fixed, sharesTypeWith, planned, denied);
  return denied;
}

/** The same for ops that spell out another one together. */
export function agreeOnComposites(composites: readonly Composite[], graph: Graph, planned: Map<string, PlannedNode>): ReadonlyMap<string, string> {
  const denied = new Map<string, string>();
  for (const { kind, nodes } of composites) {
    const members = nodes.map((id) => graph.nodes.get(id)!).filter(({ id }) => planned.get(id)!.precision !== 'other');
    agree(members, undefined, (node, plan, type) => `It is part of a ${kind} together with ${node.name}, which is ${type}: ${plan.reason.text}`, planned, denied);
  }
  return denied;
}

/** Why a node has the type of another one, in a sentence. */
type Explain = (leader: Node, plan: PlannedNode, type: 'FP32' | 'BF16') => string;

/** Gives members one class; adds those that this keeps from BF16 to `denied`. */
function agree(members: readonly Node[], fixed: string | undefined, explain: Explain, planned: Map<string, PlannedNode>, denied: Map<string, string>): void {
  const plans = members.map((node) => planned.get(node.id)!);
  const firstDenied = plans.findIndex(({ bf16 }) => bf16 === 'denied');
  const wanted = plans.findIndex(({ bf16, precision }) => bf16 === 'demanded' || precision === 'bf16');
  if (fixed !== undefined || firstDenied >= 0) {
    const why = fixed ?? explain(members[firstDenied]!, plans[firstDenied]!, 'FP32');
    members.forEach((node, index) => {
      if (plans[index]!.bf16 === 'denied') return;
      denied.set(node.id, why);
      planned.set(node.id, { precision: among(plans[index]!, 'fp32'), reason: { text: why }, bf16: 'denied' });
    });
  } else if (wanted >= 0) {
    const leader = plans[wanted]!;
    const reason = { ...leader.reason, text: explain(members[wanted]!, leader, 'BF16') };
    const isDemanded = plans.some(({ bf16 }) => bf16 === 'demanded');
    members.forEach((node, index) => planned.set(node.id, {
      precision: among(plans[index]!, 'bf16'), reason: plans[index]!.precision === 'bf16' ? plans[index]!.reason : reason, bf16: isDemanded ? 'demanded' : 'free',
    }));
  }
}

/** What is no op has no precision, whatever type it shares. */
function among({ precision }: PlannedNode, shared: 'fp32' | 'bf16'): PlannedNode['precision'] {
  return precision === 'other' ? 'other' : shared;
}

/** Those that are FP32 and not neutral; none where the type shared is another one. */
function membersIn({ members }: SharedType, graph: Graph, dialect: Dialect): Node[] {
  return members.flatMap(({ node: id, group }) => {
    const node = graph.nodes.get(id)!;
    return dialect.typeGroups(node).some(({ name, dtype }) => name === group && dtype === 'float32') ? [node] : [];
  });
}

function sharesTypeWith({ name }: Node, { reason }: PlannedNode, type: 'FP32' | 'BF16'): string {
  return `It has the same type as ${name}, which is ${type}: ${reason.text}`;
}
