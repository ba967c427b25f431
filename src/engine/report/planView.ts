import { bfloat16Types } from '../capabilities/bfloat16Types';
import type { TuningConfig } from '../config/config';
import type { PlanView } from '../conversion';
import type { Dialect, SensitivePattern } from '../dialect';
import type { Precision } from '../graph/dataType';
import type { Graph, Node } from '../graph/graph';
import type { Plan } from '../plan';

/** The rows of the config panel: op types that compute in FP32 with their capability and plan, most frequent first; sensitive patterns with the nodes they match. */
export function buildPlanView(graph: Graph, config: TuningConfig, plan: Plan, dialect: Dialect): Omit<PlanView, 'config' | 'isFaulty' | 'problems'> {
  const sensitive = new Map<SensitivePattern | undefined, number>();
  const rows = new Map<string, { count: number; int8: boolean; bf16: boolean; planned: Record<Precision, number> }>();
  for (const node of graph.nodes.values()) {
    const planned = plan.nodes.get(node.id)?.precision ?? 'other';
    if (planned === 'other') continue;
    const row = rows.get(node.op) ?? { count: 0, int8: false, bf16: false, planned: { fp32: 0, bf16: 0, int8: 0, other: 0 } };
    row.count++;
    row.planned[planned]++;
    row.int8 ||= canBeInt8(node, graph, dialect);
    row.bf16 ||= bfloat16Types(node, dialect).ok;
    rows.set(node.op, row);
    const pattern = dialect.sensitivePatterns.find((candidate) => candidate.matches(node, graph));
    sensitive.set(pattern, (sensitive.get(pattern) ?? 0) + 1);
  }
  const capabilities = (row: { int8: boolean; bf16: boolean }): ('int8' | 'bf16')[] => [
    ...(row.int8 ? ['int8' as const] : []), ...(row.bf16 ? ['bf16' as const] : []),
  ];
  return {
    opTypes: [...rows].map(([op, row]) => ({
      op,
      count: row.count,
      capability: capabilities(row),
      choice: Object.hasOwn(config.op_type_dict, op) ? config.op_type_dict[op]! : ('auto' as const),
      planned: row.planned,
    })).sort((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1)),
    sensitiveOps: dialect.sensitivePatterns.map((pattern) => ({ name: pattern.name, reason: pattern.reason, count: sensitive.get(pattern) ?? 0 })),
    warnings: plan.warnings,
  };
}

function canBeInt8(node: Node, graph: Graph, dialect: Dialect): boolean {
  return dialect.passesInt8Through(node) || dialect.isEpilogue(node, graph) || dialect.quantizationPattern(node, graph) !== undefined;
}
