import type { Dialect, SharedType } from '../dialect';
import type { Graph, Node } from '../graph/graph';
import type { PlannedNode } from '../plan';

/** Called for each node that was to be BF16 because the config names it and cannot, with the reason. */
export type Refuse = (node: Node, reason: string) => void;

/**
 * Gives nodes that share a type one class: all are denied BF16 where one of them is or their type is fixed, else all are
 * demanded where one is, else all are free. A node of a shared type has one FP32 type group, so nodes are decided whole.
 * Linear.
 */
export function agreeOnSharedTypes(graph: Graph, planned: Map<string, PlannedNode>, dialect: Dialect, refuse: Refuse): void {
  for (const shared of dialect.sharedTypes(graph)) {
    const members = membersIn(shared, graph, dialect);
    const plans = members.map((node) => planned.get(node.id)!);
    const denied = plans.findIndex(({ bf16 }) => bf16 === 'denied');
    const wanted = plans.findIndex(({ bf16, precision }) => bf16 === 'demanded' || precision === 'bf16');
    if (shared.fixed !== undefined || denied >= 0) {
      const why = shared.fixed ?? sharesTypeWith(members[denied]!, plans[denied]!, 'FP32');
      members.forEach((node, index) => deny(node, plans[index]!, why, planned, refuse));
    } else if (wanted >= 0) {
      const leader = plans[wanted]!;
      const reason = { ...leader.reason, text: sharesTypeWith(members[wanted]!, leader, 'BF16') };
      const isDemanded = plans.some(({ bf16 }) => bf16 === 'demanded');
      members.forEach((node, index) => planned.set(node.id, {
        precision: 'bf16', reason: plans[index]!.precision === 'bf16' ? plans[index]!.reason : reason, bf16: isDemanded ? 'demanded' : 'free',
      }));
    }
  }
}

/** Those that are FP32 and not neutral; none where the type shared is another one. */
function membersIn({ members }: SharedType, graph: Graph, dialect: Dialect): Node[] {
  return members.flatMap(({ node: id, group }) => {
    const node = graph.nodes.get(id)!;
    return dialect.typeGroups(node).some(({ name, dtype }) => name === group && dtype === 'float32') ? [node] : [];
  });
}

function deny(node: Node, plan: PlannedNode, why: string, planned: Map<string, PlannedNode>, refuse: Refuse): void {
  if (plan.bf16 === 'denied') return;
  const { configKey } = plan.reason;
  if (plan.precision === 'bf16' && configKey !== undefined) refuse(node, why);
  planned.set(node.id, {
    precision: 'fp32',
    reason: configKey === undefined ? { text: why } : { text: `BF16 was asked for (${configKey}), but: ${why}`, configKey },
    bf16: 'denied',
  });
}

function sharesTypeWith({ name }: Node, { reason }: PlannedNode, type: 'FP32' | 'BF16'): string {
  return `It has the same type as ${name}, which is ${type}: ${reason.text}`;
}
