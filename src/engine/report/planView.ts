import { bfloat16Types } from '../capabilities/bfloat16Types';
import { convertsModules } from '../config/choices';
import type { TuningConfig } from '../config/config';
import { className, LOWEST_FIRST } from '../config/rules';
import type { PlanView } from '../conversion';
import type { Dialect, SensitivePattern } from '../dialect';
import type { Precision } from '../graph/dataType';
import type { Graph, Node } from '../graph/graph';
import type { Plan } from '../plan';

/**
 * The rows of the config panel, most frequent first: op types that compute in FP32, or the classes of modules where these
 * are converted as wholes, with their capability and plan; and sensitive patterns with the nodes they match. Linear.
 */
export function buildPlanView(graph: Graph, config: TuningConfig, plan: Plan, dialect: Dialect): Omit<PlanView, 'config' | 'isFaulty' | 'problems'> {
  const sensitive = new Map<SensitivePattern | undefined, number>();
  const units = new Map<string, Unit>();
  const moduleOf = convertsModules(config, dialect) ? dialect.moduleOf?.bind(dialect) : undefined;
  for (const node of graph.nodes.values()) {
    const planned = plan.nodes.get(node.id)?.precision ?? 'other';
    if (planned === 'other') continue;
    const module = moduleOf?.(node);
    const key = module === undefined ? node.id : `${module.type} ${module.path}`;
    const unit = units.get(key) ?? { type: module === undefined ? node.op : className(module.type), planned, int8: false, bf16: false };
    unit.planned = LOWEST_FIRST.find((precision) => precision === unit.planned || precision === planned) ?? planned;
    unit.int8 ||= canBeInt8(node, graph, dialect);
    unit.bf16 ||= bfloat16Types(node, dialect).ok;
    units.set(key, unit);
    const pattern = dialect.sensitivePatterns.find((candidate) => candidate.matches(node, graph));
    sensitive.set(pattern, (sensitive.get(pattern) ?? 0) + 1);
  }
  return {
    ...(dialect.moduleOf === undefined ? {} : { pytorchMode: config.pytorch.mode }),
    ...(dialect.emulatesBfloat16 === true ? { bf16Form: config.onnx.bf16 } : {}),
    ...(dialect.fusedForm === undefined ? {} : { int8Form: config.quantization.form }),
    opTypes: rowsOf(units.values(), config),
    sensitiveOps: dialect.sensitivePatterns.map((pattern) => ({ name: pattern.name, reason: pattern.reason, count: sensitive.get(pattern) ?? 0 })),
    warnings: plan.warnings,
  };
}

/** What one row counts as one: a node, or a module with all nodes traced in it. */
interface Unit {
  readonly type: string;
  planned: Precision;
  int8: boolean;
  bf16: boolean;
}

function rowsOf(units: Iterable<Unit>, config: TuningConfig): PlanView['opTypes'] {
  const rows = new Map<string, { count: number; int8: boolean; bf16: boolean; planned: Record<Precision, number> }>();
  for (const { type, planned, int8, bf16 } of units) {
    const row = rows.get(type) ?? { count: 0, int8: false, bf16: false, planned: { fp32: 0, bf16: 0, int8: 0, other: 0 } };
    row.count++;
    row.planned[planned]++;
    row.int8 ||= int8;
    row.bf16 ||= bf16;
    rows.set(type, row);
  }
  return [...rows].map(([op, { count, planned, int8, bf16 }]) => ({
    op,
    count,
    capability: [...(int8 ? ['int8' as const] : []), ...(bf16 ? ['bf16' as const] : [])],
    choice: Object.hasOwn(config.op_type_dict, op) ? config.op_type_dict[op]! : ('auto' as const),
    planned,
  })).sort((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1));
}

function canBeInt8(node: Node, graph: Graph, dialect: Dialect): boolean {
  return dialect.passesInt8Through(node) || dialect.isEpilogue(node, graph) || dialect.quantizationPattern(node, graph) !== undefined;
}
