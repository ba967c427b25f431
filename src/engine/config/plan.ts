import { bfloat16Types } from '../capabilities/bfloat16Types';
import { int8Nodes } from '../capabilities/int8Nodes';
import type { Dialect, SensitivePattern } from '../dialect';
import type { Graph, Node } from '../graph/graph';
import type { Plan, PlannedNode, Reason, Warning } from '../plan';
import { type Choices, readChoices } from './choices';
import type { TuningConfig } from './config';
import { spreadInt8 } from './int8Region';
import { agreeOnSharedTypes } from './sharedTypes';

/** What the plan needs to know besides graph and config. */
export interface PlanContext {
  readonly dialect: Dialect;
  /** Whether there is calibration data or recorded ranges: without either no op becomes INT8. */
  readonly canCalibrate: boolean;
}

/**
 * Resolves the config for every node: `op_name_dict`, then `op_type_dict`, then `bf16_ops`, then `sensitive_ops`, then the
 * framework's lists, each intersected with what the framework's CPU kernels can do. What the user asks for and cannot
 * have becomes a warning, one per op type and cause. Linear in the size of the graph.
 */
export function resolvePlan(graph: Graph, config: TuningConfig, context: PlanContext): Plan {
  const choices = readChoices(config, context.dialect);
  const inLoops = context.dialect.nodesInLoops(graph);
  const int8Already = int8Nodes(graph, context.dialect, (node) => isOpenToInt8(choices, node));
  const fed = new Set(graph.inputs.map((input) => input.value.node));
  const refusals = new Refusals();
  const nodes = new Map<string, PlannedNode>();
  for (const node of graph.nodes.values()) {
    nodes.set(node.id, planNode(node, { graph, config, choices, inLoops, int8Already, fed, refusals, ...context }));
  }
  spreadInt8(graph, nodes, choices, context.dialect);
  agreeOnSharedTypes(graph, nodes, context.dialect, (node, reason) => refusals.add(node, 'bf16', reason));
  for (const node of graph.nodes.values()) {
    const asked = choices.for(node);
    if (asked.precision === 'int8' && nodes.get(node.id)!.precision === 'fp32') {
      refusals.add(node, 'int8', !context.canCalibrate ? NO_CALIBRATION : inLoops.has(node.id) ? NO_INT8_IN_LOOPS : noInt8(node.op));
    }
  }
  return { nodes, warnings: [...choices.warnings(graph), ...refusals.warnings()], usesDefaultList: choices.usesDefaultList };
}

/** Whether the config leaves INT8 possible for the node, or asks for it. */
function isOpenToInt8(choices: Choices, node: Node): boolean {
  return ['auto', 'int8'].includes(choices.for(node).precision);
}

const INT8_ALREADY = 'It is INT8 already: the opened model quantizes what it reads.';
const NO_INT8_IN_LOOPS = 'It runs inside a loop, where ops cannot become INT8.';
const FED = 'Inputs keep the type the caller feeds.';
const NO_CALIBRATION = 'INT8 needs calibration data or recorded ranges, and none are given.';
const noInt8 = (op: string): string => `${op} cannot be INT8 here: it has no INT8 form, or its neighbours are not INT8.`;

interface NodeContext extends PlanContext {
  readonly graph: Graph;
  readonly config: TuningConfig;
  readonly choices: Choices;
  readonly inLoops: ReadonlySet<string>;
  readonly int8Already: ReadonlySet<string>;
  /** Ids of the nodes whose values the caller feeds, inner ones included. */
  readonly fed: ReadonlySet<string>;
  readonly refusals: Refusals;
}

function planNode(node: Node, context: NodeContext): PlannedNode {
  const { dialect, choices, graph } = context;
  if (context.int8Already.has(node.id) && isOpenToInt8(choices, node)) return { precision: 'int8', reason: { text: INT8_ALREADY }, bf16: 'denied' };
  const neutral = context.fed.has(node.id) ? FED : neutralReason(node, graph, dialect);
  if (neutral !== undefined) return { precision: 'other', reason: { text: neutral }, bf16: 'denied' };

  const asked = choices.for(node);
  if (asked.precision === 'fp32') return { precision: 'fp32', reason: asked.reason, bf16: 'denied' };
  if (asked.precision === 'bf16') return planBf16(node, asked.reason, context);

  const pattern = dialect.quantizationPattern(node, graph);
  if (pattern !== undefined && context.canCalibrate && !context.inLoops.has(node.id)) {
    const text = `${node.op} has an INT8 form and its ranges are calibrated.`;
    return { precision: 'int8', reason: asked.precision === 'int8' ? asked.reason : { text }, bf16: 'denied' };
  }
  if (asked.precision === 'int8') return fp32('INT8 was asked for, but this op cannot be INT8.', asked.reason.configKey);
  return planDefault(node, pattern !== undefined, context);
}

/** Nobody asked for a precision of this node. */
function planDefault(node: Node, couldBeInt8: boolean, context: NodeContext): PlannedNode {
  const { choices, dialect, inLoops } = context;
  const fallback = !couldBeInt8 ? `${node.op} has no INT8 form of its own.` : inLoops.has(node.id) ? NO_INT8_IN_LOOPS : NO_CALIBRATION;
  if (!choices.useBf16) return fp32(`${fallback} BF16 is off (use_bf16).`);
  const capable = bfloat16Types(node, dialect);
  if (!capable.ok) return fp32(`It cannot be BF16: ${capable.reason}`);
  const sensitive = sensitivePattern(node, context);
  if (sensitive !== undefined) return fp32(sensitive.reason, `sensitive_ops.${sensitive.name}`);
  const isHeavy = dialect.isHeavy(node);
  if (choices.isDefaultBf16(node)) {
    const text = `${node.op} is in the default list of BF16 ops. ${fallback}`;
    return { precision: 'bf16', reason: { text }, bf16: isHeavy ? 'demanded' : 'free' };
  }
  const isFree = !isHeavy && dialect.isFree(node);
  const text = isFree ? `${node.op} stays FP32 unless joining BF16 neighbours saves Casts.` : `${node.op} is not listed in bf16_ops.`;
  return { precision: 'fp32', reason: { text }, bf16: isFree ? 'free' : 'denied' };
}

/** The pattern the node is part of, unless the config leaves that one to the defaults; the first of several counts. */
function sensitivePattern(node: Node, { dialect, graph, config }: NodeContext): SensitivePattern | undefined {
  const pattern = dialect.sensitivePatterns.find((candidate) => candidate.matches(node, graph));
  return pattern === undefined || config.sensitive_ops[pattern.name] === 'auto' ? undefined : pattern;
}

function planBf16(node: Node, reason: Reason, { choices, dialect, refusals }: NodeContext): PlannedNode {
  if (!choices.useBf16) return fp32('BF16 was asked for, but BF16 is off (use_bf16).', 'use_bf16');
  const capable = bfloat16Types(node, dialect);
  if (capable.ok) return { precision: 'bf16', reason, bf16: 'demanded' };
  refusals.add(node, 'bf16', capable.reason);
  return fp32(`BF16 was asked for (${reason.configKey ?? 'config'}), but: ${capable.reason}`, reason.configKey);
}

function fp32(text: string, configKey?: string): PlannedNode {
  return { precision: 'fp32', reason: configKey === undefined ? { text } : { text, configKey }, bf16: 'denied' };
}

function neutralReason(node: Node, graph: Graph, dialect: Dialect): string | undefined {
  if (dialect.constantBehind(graph.nodes, { node: node.id, output: 0 }) !== undefined) return 'A constant takes the type its readers need.';
  if (dialect.isInput(node)) return FED;
  if (dialect.isControlOnly(node)) return 'It hands no value on, so it has no precision of its own.';
  if (dialect.isCast(node)) return 'A Cast converts between types and computes in neither.';
  if (dialect.isQuantize(node) || dialect.isDequantize(node)) return 'It converts between INT8 and float values.';
  const touchesFp32 = dialect.typeGroups(node).some((group) => group.dtype === 'float32') || dialect.outputTypes(node).includes('float32');
  return touchesFp32 ? undefined : 'It does not compute in FP32.';
}

/** Wishes that cannot be met, grouped so that a list matching thousands of nodes gives a handful of warnings. */
class Refusals {
  private readonly groups = new Map<string, { op: string; precision: string; reason: string; nodes: string[] }>();

  add(node: Node, precision: string, reason: string): void {
    const key = `${precision} ${node.op} ${reason}`;
    const group = this.groups.get(key) ?? { op: node.op, precision, reason, nodes: [] };
    group.nodes.push(node.name);
    this.groups.set(key, group);
  }

  warnings(): Warning[] {
    return [...this.groups.values()].map(({ op, precision, reason, nodes }) => ({
      node: nodes[0]!,
      message: `${op} stays FP32 although ${precision.toUpperCase()} was asked for${nodes.length > 1 ? ` (${nodes.length} nodes)` : ''}: ${reason}`,
    }));
  }
}
