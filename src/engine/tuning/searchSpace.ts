import { int8Nodes } from '../capabilities/int8Nodes';
import { type Choices, readChoices } from '../config/choices';
import type { TuningConfig } from '../config/config';
import { type PlanContext, resolvePlan } from '../config/plan';
import { type AskedPrecision, LOWEST_FIRST, type Rule } from '../config/rules';
import type { Graph, Node } from '../graph/graph';
import { topologicalOrder } from '../graph/traversal';
import type { Plan } from '../plan';
import type { QuantizationSetting, SearchSpace, Unit } from './candidate';

/**
 * What a search may choose between under a config: each op with an INT8 form, and each heavy op that can be BF16, by itself;
 * other ops that are BF16 by default by their type. What op_type_dict or op_name_dict say of an op is kept: one precision
 * fixes it, of several the search chooses. Ops around them follow by themselves. Linear.
 */
export function searchSpace(graph: Graph, config: TuningConfig, context: PlanContext): SearchSpace {
  const { dialect } = context;
  const plan = resolvePlan(graph, config, context);
  const choices = readChoices(config, dialect);
  const already = int8Nodes(graph, dialect, () => true);
  const inLoops = dialect.nodesInLoops(graph);
  const isFused = config.quantization.form === 'fused';
  const ops: Unit[] = [];
  const types = new Map<string, Node[]>();
  for (const id of topologicalOrder(graph, (node) => dialect.closesLoop(node))) {
    const node = graph.nodes.get(id)!;
    const planned = plan.nodes.get(id)!.precision;
    if (planned === 'other' || already.has(id)) continue;
    const canBeInt8 = context.canCalibrate && !(isFused && inLoops.has(id)) && dialect.quantizationPattern(node, graph) !== undefined;
    const possible = LOWEST_FIRST.filter((precision) => precision === 'fp32' || (precision === 'int8' ? canBeInt8 : canBeBf16(node, plan, choices, graph, context)));
    const override = overrideOf(node, choices);
    const allowed = allowedBy(override, possible);
    if (allowed.length < 2) continue;
    if (canBeInt8 || dialect.isHeavy(node) || (override !== undefined && planned === 'bf16')) ops.push({ name: node.name, kind: 'op', op: node.op, nodes: [id], choices: allowed, planned });
    else if (planned === 'bf16') types.set(node.op, [...(types.get(node.op) ?? []), node]);
  }
  const byType = [...types].map(([op, nodes]): Unit => ({ name: op, kind: 'opType', op, nodes: nodes.map(({ id }) => id), choices: ['bf16', 'fp32'], planned: 'bf16' }));
  const canBeInt8 = ops.some((unit) => unit.choices.includes('int8'));
  return { units: [...ops, ...byType], settings: settingsOf(config, canBeInt8) };
}

/** Whether the config makes the node BF16 where it asks for nothing lower. */
function canBeBf16(node: Node, plan: Plan, choices: Choices, graph: Graph, { dialect }: PlanContext): boolean {
  if (plan.nodes.get(node.id)!.precision === 'bf16') return true;
  if (choices.whyNoBf16(node) !== undefined) return false;
  if (choices.for(node).some(({ accepts }) => accepts.includes('bf16'))) return true;
  return choices.isDefaultBf16(node) && !dialect.sensitivePatterns.some((pattern) => pattern.matches(node, graph));
}

/** What the config says of the node; `bf16_ops` stands in for the framework's list, and fixes nothing. */
function overrideOf(node: Node, choices: Choices): Rule | undefined {
  return choices.for(node).find(({ path }) => path[0] !== 'bf16_ops');
}

/** Those of the possible precisions that the config leaves open. */
function allowedBy(override: Rule | undefined, possible: readonly AskedPrecision[]): readonly AskedPrecision[] {
  const allowed = override === undefined ? possible : possible.filter((precision) => override.accepts.includes(precision));
  return allowed.length > 0 ? allowed : possible;
}

const ALGORITHMS = ['minmax', 'percentile'] as const;
const GRANULARITIES = ['per_channel', 'per_tensor'] as const;

/** In Neural Compressor's order: algorithms of activations before granularities of weights. Recorded ranges have one algorithm. */
function settingsOf({ calibration, quantization: { weight_granularity: granularity } }: TuningConfig, canBeInt8: boolean): readonly QuantizationSetting[] {
  const own = { algorithm: calibration.algorithm, weight_granularity: granularity };
  if (!canBeInt8) return [own];
  const algorithms = calibration.ranges === undefined ? ALGORITHMS : [calibration.algorithm];
  const all = GRANULARITIES.flatMap((weight_granularity) => algorithms.map((algorithm) => ({ algorithm, weight_granularity })));
  return [own, ...all.filter((setting) => setting.algorithm !== own.algorithm || setting.weight_granularity !== own.weight_granularity)];
}
