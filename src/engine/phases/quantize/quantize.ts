import { activationGrid } from '../../calibration/activationGrid';
import type { Ranges, ValueRange } from '../../calibration/ranges';
import { quantizedInputs } from '../../capabilities/quantizedInputs';
import type { TuningConfig } from '../../config/config';
import type { PlanContext } from '../../config/plan';
import type { Dialect } from '../../dialect';
import type { ActivationGrid, QuantizationPattern, WeightGrid } from '../../quantization';
import { fusedFormOf } from '../../fusedForm';
import { type Graph, type Node, uniqueValues, type ValueRef, valueKey } from '../../graph/graph';
import { removeUnread } from '../../graph/removeUnread';
import type { Rewriter, Rule } from '../../graph/rewriter';
import type { Progress } from '../../host';
import type { Plan } from '../../plan';
import type { PhaseResult } from '../phaseResult';
import { foldAndPlan } from '../prepare/foldAndPlan';
import { fuseInt8 } from './fused/fuseInt8';
import { type FusedPlan, planFused } from './fused/planFused';
import { isSeen, planWithRanges } from './planWithRanges';
import { type QuantizedValue, quantizedValues } from './quantizedValues';
import { quantizeBias } from './quantizeBias';
import { quantizeWeight } from './quantizeWeight';
import { unionRange } from './rangeOf';
import { sevenBits, weightGridFor } from './weightGrid';

const QUANTIZE_VALUE: Rule = {
  name: 'quantize-value',
  description: 'A value read by INT8 ops passes through one Quantize and Dequantize, shared by all of them.',
};
const QUANTIZE_WEIGHT: Rule = {
  name: 'quantize-weight',
  description: 'The weights of an INT8 op are stored as INT8 and dequantized where they are read.',
};

export interface QuantizeRequest {
  readonly graph: Graph;
  readonly config: TuningConfig;
  readonly context: PlanContext;
  /** Calibrates the values named, by running the model or from recorded ranges. */
  readonly rangesOf: (values: readonly ValueRef[]) => Promise<Ranges>;
}

/**
 * Phase 1: the FP32 + INT8 graph. Batch normalisation after ops planned INT8 or BF16 is folded in FP32, then Quantize and
 * Dequantize go around the ops planned INT8; everything else stays FP32. A value calibration never saw keeps its readers out of INT8.
 */
export async function quantize({ graph, config, context, rangesOf }: QuantizeRequest, progress: Progress): Promise<PhaseResult> {
  const { dialect } = context;
  const { rewriter, folded, plan } = foldAndPlan(graph, config, context, progress);
  const form = fusedFormOf(config, dialect);
  const fusedOf = (under: Plan): FusedPlan | undefined => form && planFused(folded, under, dialect, form);
  const plannedFused = fusedOf(plan);
  const values = quantizedValues(folded, plan, dialect, plannedFused);
  const ranges: Ranges = values.length > 0 ? await rangesOf(membersOf(values)) : new Map();
  const seenPlan = planWithRanges(plan, folded, values, ranges, config, dialect);

  const isSame = seenPlan === plan;
  const fused = isSame ? plannedFused : fusedOf(seenPlan);
  const seenValues = (isSame ? values : quantizedValues(folded, seenPlan, dialect, fused)).filter((value) => isSeen(value, ranges));
  // As it is now: the rewriter's own table goes on changing, and what an op is depends on the ops around it.
  insert({ ...folded, nodes: new Map(folded.nodes) }, seenPlan, { rewriter, values: seenValues, ranges, config, context, progress });
  if (form !== undefined) fuseInt8(folded, seenPlan, fused!, { rewriter, dialect, form, progress });
  return { graph: rewriter.finish(), changes: rewriter.changes, plan: seenPlan, ranges };
}

interface Insertion {
  readonly rewriter: Rewriter;
  readonly values: readonly QuantizedValue[];
  readonly ranges: Ranges;
  readonly config: TuningConfig;
  readonly context: PlanContext;
  readonly progress: Progress;
}

function insert(graph: Graph, plan: Plan, { rewriter, values, ranges, config, context: { dialect }, progress }: Insertion): void {
  const isInt8 = (id: string): boolean => plan.nodes.get(id)?.precision === 'int8';
  /** Steps of the values that come out of Dequantize, by `valueKey`. */
  const steps = new Map<string, number>();
  const inLoops = dialect.nodesInLoops(graph);
  const layout = { rule: dialect.activationRule, hasSevenBits: sevenBits(config, dialect).activations };
  const grids = new Map<readonly ValueRef[], { readonly range: ValueRange; readonly grid: ActivationGrid }>();
  values.forEach(({ value, group, isInt8Only }, index) => {
    if (index % 64 === 0) progress.throwIfCancelled();
    progress.report('Quantizing values', index / values.length);
    const uses = rewriter.uses(value.node, value.output)
      .filter((use) => isInt8Only || (isInt8(use.node) && quantizedInputs(graph.nodes.get(use.node)!, graph, dialect).includes(use.input)));
    if (uses.length === 0) return;
    const range = grids.get(group)?.range ?? unionRange(group.flatMap((member) => ranges.get(valueKey(member)) ?? []));
    const grid = grids.get(group)?.grid ?? activationGrid(range, layout);
    grids.set(group, { range, grid });
    const readers = isInt8Only ? 'An INT8 kernel makes' : `${uses.length} INT8 ${uses.length === 1 ? 'input reads' : 'inputs read'}`;
    rewriter.apply(QUANTIZE_VALUE, `${readers} this value, which calibration saw in [${format(range.min)}, ${format(range.max)}].`, () => {
      const base = baseName(rewriter.node(value.node), value);
      const made = dialect.makeQuantizeDequantize(base, value, grid, rewriter.uniqueName);
      const dequantized = addAll(rewriter, inLoops.has(uses[0]!.node) ? inLoopOf(value, made, dialect) : made);
      rewriter.redirect(uses, dequantized);
      steps.set(valueKey(dequantized), grid.scale);
    });
  });
  quantizeWeights(graph, isInt8, steps, { rewriter, settings: config.quantization, weightGrid: weightGridFor(config, dialect), dialect, progress });
}

interface WeightContext extends Pick<Insertion, 'rewriter' | 'progress'> {
  readonly settings: TuningConfig['quantization'];
  readonly weightGrid: WeightGrid;
  readonly dialect: Dialect;
}

/** A stored weight: the value that Dequantize gives, and its steps. */
interface StoredWeight {
  readonly value: ValueRef;
  readonly scales: Float64Array;
}

function quantizeWeights(graph: Graph, isInt8: (id: string) => boolean, steps: ReadonlyMap<string, number>, context: WeightContext): void {
  const { rewriter, settings, dialect, progress } = context;
  const made = new Map<string, StoredWeight>();
  for (const node of graph.nodes.values()) {
    const pattern = isInt8(node.id) ? dialect.quantizationPattern(node, graph) : undefined;
    if (pattern?.weight === undefined) continue;
    const { weight } = pattern;
    progress.throwIfCancelled();
    const source = node.inputs[weight.input]!;
    const outside = dialect.constantBehind(graph.nodes, source) === undefined ? dialect.constantFromOutside?.(graph.nodes, source) : undefined;
    const constant = outside?.constant ?? dialect.constantBehind(graph.nodes, source)!;
    const axis = settings.weight_granularity === 'per_channel' ? weight.axis : undefined;
    const key = `${constant.id} ${axis} ${outside?.enter.id ?? ''}`;
    rewriter.apply(QUANTIZE_WEIGHT, `${node.name} reads its weights in INT8, ${axis === undefined ? 'one scale for the tensor' : 'one scale per output channel'}.`, () => {
      if (!made.has(key)) removeUnread(rewriter, dialect, copiesOf(constant, rewriter, dialect));
      const stored = made.get(key) ?? storeWeight(constant, axis, outside?.enter, context);
      made.set(key, stored);
      rewriter.setInput(node.id, weight.input, stored.value);
      if (outside === undefined) removeUnread(rewriter, dialect, [source.node]);
      else removeEntry(source.node, outside.enter.id, rewriter.node(stored.value.node).inputs[0]!.node, rewriter, dialect);
      storeBias(node, pattern, stored.scales, steps, graph, context);
    });
  }
}

/** What hands a constant on: where nothing reads that, it is only waited for, as a call of a function waits for what it captures. */
function copiesOf(constant: Node, rewriter: Rewriter, dialect: Dialect): readonly string[] {
  return rewriter.uses(constant.id).map(({ node }) => node).filter((id) => dialect.passesOn(rewriter.node(id), rewriter) === 'identity');
}

/** `enter` brings the weight into the loop where it is read. */
function storeWeight(constant: Node, axis: number | undefined, enter: Node | undefined, { rewriter, settings, weightGrid, dialect }: WeightContext): StoredWeight {
  const weight = quantizeWeight(dialect.constantTensor(constant), axis, weightGrid, settings.weight_algorithm);
  const made = dialect.makeQuantizedWeight(constant, weight, rewriter.uniqueName);
  return { value: addAll(rewriter, enter === undefined ? made : entering(made, enter, rewriter, dialect)), scales: weight.scales };
}

/** The nodes that make a weight, the first of which holds its INT8 values, with these brought into the loop as `enter` brings the FP32 ones. */
function entering([stored, ...others]: readonly Node[], enter: Node, rewriter: Rewriter, dialect: Dialect): readonly Node[] {
  const name = rewriter.uniqueName(`${stored!.name}/enter`);
  const types = new Map(dialect.typeGroups(enter).map((group) => [group.name, dialect.outputTypes(stored!)[0]!]));
  const inside = { ...dialect.withTypes(enter, types), id: name, name, inputs: [{ node: stored!.id, output: 0 }] };
  const value = { node: inside.id, output: 0 };
  return [stored!, inside, ...inLoopOf(value, others, dialect).map((node) => ({ ...node, inputs: node.inputs.map((input) => (input.node === stored!.id ? value : input)) }))];
}

/** Puts the bias of a node on the grid of its accumulator, where its kernel wants that and the activation is quantized here. */
function storeBias(
  node: Node, pattern: QuantizationPattern, scales: Float64Array, steps: ReadonlyMap<string, number>, graph: Graph, { rewriter, dialect }: WeightContext,
): void {
  if (pattern.bias === undefined || dialect.makeQuantizedBias === undefined) return;
  const source = node.inputs[pattern.bias]!;
  const constant = dialect.constantBehind(graph.nodes, source)!;
  const step = steps.get(valueKey(rewriter.node(node.id).inputs[pattern.activations[0]!]!));
  const bias = step === undefined ? undefined : quantizeBias(dialect.constantTensor(constant), step, scales);
  if (bias === undefined) return;
  const nodes = dialect.makeQuantizedBias(constant, bias.values, bias.scales, rewriter.uniqueName);
  rewriter.setInput(node.id, pattern.bias, addAll(rewriter, nodes));
  removeUnread(rewriter, dialect, [source.node]);
}

/** Removes the nodes from `id` back to `enter` that nothing reads any more. What waits for `enter` in the loop waits for `other` then, not for what is outside. */
function removeEntry(id: string, enter: string, other: string, rewriter: Rewriter, dialect: Dialect): void {
  for (let at = id; at !== enter; ) {
    if (rewriter.isRead(at) || rewriter.isOutputNode(at)) return;
    const before = rewriter.node(at).inputs[0]!.node;
    rewriter.remove(at);
    at = before;
  }
  if (rewriter.isRead(enter)) return;
  rewriter.redirectControl(enter, other);
  removeUnread(rewriter, dialect, [enter]);
}

/** The nodes with their constants in the loop of a value: a constant that waits for nothing is outside of all loops. */
function inLoopOf(value: ValueRef, nodes: readonly Node[], dialect: Dialect): readonly Node[] {
  return nodes.map((node) => (dialect.isConstant(node) ? { ...node, controlInputs: [value.node] } : node));
}

/** Adds nodes in order; the first output of the last one. */
function addAll(rewriter: Rewriter, nodes: readonly Node[]): ValueRef {
  return nodes.map((node) => rewriter.add(node)).at(-1)!;
}

/** The values phase 1 wants the ranges of, under a plan of what is left after folding, whichever form INT8 ops are written in. */
export function valuesToCalibrate(folded: Graph, plan: Plan, dialect: Dialect): readonly ValueRef[] {
  return membersOf(quantizedValues(folded, plan, dialect, dialect.fusedForm && planFused(folded, plan, dialect, dialect.fusedForm)));
}

/** All values that share a range with one of these, and these, once each. */
function membersOf(values: readonly QuantizedValue[]): ValueRef[] {
  return uniqueValues(values.flatMap(({ group }) => group));
}

function baseName(producer: Node, value: ValueRef): string {
  return value.output === 0 ? producer.name : `${producer.name}/output_${value.output}`;
}

function format(value: number): string {
  return Number(value.toPrecision(4)).toString();
}
