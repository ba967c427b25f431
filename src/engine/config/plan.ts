import { int8Nodes } from '../capabilities/int8Nodes';
import type { Dialect, SensitivePattern } from '../dialect';
import { fusedFormOf } from '../fusedForm';
import type { Graph, Node } from '../graph/graph';
import type { Plan, PlannedNode, Reason } from '../plan';
import { ATTENTION_REASON, attentionProducts } from './attention';
import { type Composite, findComposites } from './composites';
import { BF16_OFF, type Choices, convertsModules, readChoices } from './choices';
import type { TuningConfig } from './config';
import { spreadInt8 } from './int8Region';
import { Refusals, askedText } from './refusals';
import type { Rule } from './rules';
import { agreeOnComposites, agreeOnSharedTypes } from './sharedTypes';

/** What the plan needs to know besides graph and config. */
export interface PlanContext {
  readonly dialect: Dialect;
  /** Whether there is calibration data or recorded ranges: without either no op becomes INT8. */
  readonly canCalibrate: boolean;
}

/**
 * Resolves the config for every node as Neural Compressor merges it: the framework's lists (or `bf16_ops` in their place),
 * then `op_type_dict`, then `op_name_dict`, the later one replacing the earlier. What a rule accepts is intersected with
 * what the node can be under this config, and the lowest precision left is planned; where none is left, the framework's own
 * options hold and a refusal says why. Linear in the size of the graph.
 */
export function resolvePlan(graph: Graph, config: TuningConfig, context: PlanContext): Plan {
  const { dialect } = context;
  const choices = readChoices(config, dialect);
  const inLoops = dialect.nodesInLoops(graph);
  const int8Already = int8Nodes(graph, dialect, (node) => choices.isOpenToInt8(node));
  const fed = new Set(graph.inputs.map((input) => input.value.node));
  // A module that is converted as a whole is a unit already, and automatic mixed precision at run time knows single ops only.
  const hasComposites = config.preparation.composite_ops && !convertsModules(config, dialect) && config.cast_placement !== 'follow_inputs';
  const composites = hasComposites ? openComposites(graph, choices, inLoops, dialect) : [];
  const composed = new Set(composites.flatMap((composite) => composite.nodes));
  const attention = context.canCalibrate && config.sensitive_ops['softmax'] !== 'auto' ? attentionProducts(graph, dialect) : new Set<string>();
  const nodeContext: NodeContext = { graph, config, choices, inLoops, int8Already, fed, attention, composed, ...context };
  const nodes = new Map<string, PlannedNode>();
  for (const node of graph.nodes.values()) nodes.set(node.id, planNode(node, nodeContext));
  spreadInt8(graph, nodes, { ...choices, isOpenToInt8: (node) => !composed.has(node.id) && choices.isOpenToInt8(node) }, context);
  const sharedTypes = new Map([...agreeOnSharedTypes(graph, nodes, dialect), ...agreeOnComposites(composites, graph, nodes)]);
  const refusals = new Refusals();
  for (const node of graph.nodes.values()) markRefused(node, nodes, sharedTypes, refusals, nodeContext);
  return { nodes, warnings: [], refusals: refusals.list(), usesDefaultList: choices.usesDefaultList, units: composites.map((composite) => composite.nodes), byModule: convertsModules(config, dialect) };
}

const INT8_ALREADY = 'It is INT8 already: the opened model quantizes what it reads.';
const NO_INT8_IN_LOOPS = 'It runs inside a loop, where the fused form has no INT8 kernels.';
const FED = 'Inputs keep the type the caller feeds.';
const FOLLOWS = 'It has the type of what the node around gives it.';
const NO_KERNEL = 'The fused form has no INT8 kernel for a product of two computed values, and Quantize and Dequantize around it would only take time.';
const NO_CALIBRATION = 'INT8 needs calibration data or recorded ranges, and none are given.';

interface NodeContext extends PlanContext {
  readonly graph: Graph;
  readonly config: TuningConfig;
  readonly choices: Choices;
  readonly inLoops: ReadonlySet<string>;
  readonly int8Already: ReadonlySet<string>;
  /** Ids of the nodes whose values the caller feeds, inner ones included. */
  readonly fed: ReadonlySet<string>;
  /** Ids of the products of attention, which are INT8 only where that is asked for. */
  readonly attention: ReadonlySet<string>;
  /** Ids of the ops of composites, which are INT8 only where that is asked for. */
  readonly composed: ReadonlySet<string>;
}

/** Those of which no op is named by the config, or in a loop, where types are tied otherwise. */
function openComposites(graph: Graph, choices: Choices, inLoops: ReadonlySet<string>, dialect: Dialect): readonly Composite[] {
  return findComposites(graph, dialect).filter(({ nodes }) => !nodes.some((id) => inLoops.has(id) || choices.for(graph.nodes.get(id)!).length > 0));
}

/** The plan of a node by itself; INT8 that depends on its neighbours comes later. */
function planNode(node: Node, context: NodeContext): PlannedNode {
  const { dialect, choices, graph } = context;
  if (context.int8Already.has(node.id) && choices.isOpenToInt8(node)) return { precision: 'int8', reason: { text: INT8_ALREADY }, bf16: 'denied' };
  if (dialect.takesTypeAround?.(node)) return { precision: 'other', reason: { text: FOLLOWS }, bf16: 'free' };
  const neutral = context.fed.has(node.id) ? FED : neutralReason(node, graph, dialect);
  if (neutral !== undefined) return { precision: 'other', reason: { text: neutral }, bf16: 'denied' };

  const isPattern = dialect.quantizationPattern(node, graph) !== undefined;
  const canBeInt8 = isPattern && context.canCalibrate && !isBarredLoop(node, context);
  for (const rule of choices.for(node)) {
    if (canBeInt8 && rule.accepts.includes('int8')) return { precision: 'int8', reason: reasonOf(rule), bf16: 'denied' };
    const otherwise = rule.accepts.includes('int8') ? ` ${whyNoInt8(node, context)}` : '';
    const noBf16 = rule.accepts.includes('bf16') ? choices.whyNoBf16(node) : '';
    if (noBf16 === undefined) return { precision: 'bf16', reason: reasonOf(rule, otherwise), bf16: 'demanded' };
    if (rule.accepts.includes('fp32')) return { precision: 'fp32', reason: reasonOf(rule, otherwise + (noBf16 && ` ${noBf16}`)), bf16: 'denied' };
  }
  if (canBeInt8 && !onlyLoses(node, context) && !context.attention.has(node.id) && !context.composed.has(node.id)) return { precision: 'int8', reason: { text: `${node.op} has an INT8 form and its ranges are calibrated.` }, bf16: 'denied' };
  return planDefault(node, isPattern, context);
}

/** Whether the node is in a loop, and the form that is written has no INT8 there: constants of kernels are made outside. */
function isBarredLoop({ id }: Node, { inLoops, config, dialect }: NodeContext): boolean {
  return fusedFormOf(config, dialect) !== undefined && inLoops.has(id);
}

/** Whether INT8 would neither be faster in the form that is written nor make the model smaller. */
function onlyLoses(node: Node, { config, dialect, graph }: NodeContext): boolean {
  return fusedFormOf(config, dialect) !== undefined && dialect.quantizationPattern(node, graph)?.weight === undefined;
}

function reasonOf({ text, configKey }: Rule, otherwise = ''): Reason {
  return { text: text + otherwise, configKey };
}

/** Nobody asked for a precision of this node, or for none it can have, and it is not INT8. */
function planDefault(node: Node, couldBeInt8: boolean, context: NodeContext): PlannedNode {
  const { choices, dialect } = context;
  const isAttention = context.attention.has(node.id);
  const fallback = isAttention ? ATTENTION_REASON : !couldBeInt8 ? `${node.op} has no INT8 form of its own.` : whyNotInt8(node, context);
  if (!choices.useBf16) return fp32(`${fallback} ${BF16_OFF}`, isAttention ? 'sensitive_ops.softmax' : undefined);
  const noBf16 = choices.whyNoBf16(node);
  if (noBf16 !== undefined) return fp32(`It cannot be BF16: ${noBf16}`);
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

/** Of an op with an INT8 form. */
function whyNotInt8(node: Node, context: NodeContext): string {
  if (context.canCalibrate && isBarredLoop(node, context)) return NO_INT8_IN_LOOPS;
  return context.canCalibrate && onlyLoses(node, context) ? NO_KERNEL : NO_CALIBRATION;
}

/** The pattern the node is part of, unless the config leaves that one to the defaults; the first of several counts. */
function sensitivePattern(node: Node, { dialect, graph, config }: NodeContext): SensitivePattern | undefined {
  const pattern = dialect.sensitivePatterns.find((candidate) => candidate.matches(node, graph));
  return pattern === undefined || config.sensitive_ops[pattern.name] === 'auto' ? undefined : pattern;
}

/** Adds the rules for a node that accept no precision it can have to the refusals, and to its reason. */
function markRefused(
  node: Node, nodes: Map<string, PlannedNode>, sharedTypes: ReadonlyMap<string, string>, refusals: Refusals, context: NodeContext,
): void {
  const planned = nodes.get(node.id)!;
  if (planned.precision === 'other') return;
  const rules = context.choices.for(node);
  const granted = rules.findIndex(({ accepts }) => accepts.some((precision) => precision === planned.precision));
  const refused = granted < 0 ? rules : rules.slice(0, granted);
  for (const rule of refused) {
    const noInt8 = rule.accepts.includes('int8') ? whyNoInt8(node, context) : '';
    const noBf16 = rule.accepts.includes('bf16') ? (context.choices.whyNoBf16(node) ?? sharedTypes.get(node.id) ?? '') : '';
    const reason = [noInt8, noBf16].filter((why) => why !== '').join(' ');
    refusals.add(node, rule, reason, planned.precision);
    if (rule !== refused[0]) continue;
    const asked = `${askedText(rule.accepts)} was asked for (${rule.configKey}), but: ${reason}`;
    const rest = planned.reason.text.replace(reason, '').trim();
    const instead = rest === '' || rest.endsWith(':') ? '' : ` So the defaults hold: ${rest}`;
    nodes.set(node.id, { ...planned, reason: { text: asked + instead, configKey: rule.configKey } });
  }
}

function whyNoInt8(node: Node, context: NodeContext): string {
  const { dialect, graph, canCalibrate } = context;
  const isPattern = dialect.quantizationPattern(node, graph) !== undefined;
  if (!isPattern && !dialect.passesInt8Through(node) && !dialect.isEpilogue(node, graph)) return `This ${node.op} has no INT8 form.`;
  if (!canCalibrate) return NO_CALIBRATION;
  return isBarredLoop(node, context) ? NO_INT8_IN_LOOPS : `${node.op} is INT8 only among ops that are, and its neighbours are not.`;
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
