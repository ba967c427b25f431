import { castTypes, type CastTypes } from '../../../capabilities/castTypes';
import type { Dialect } from '../../../dialect';
import type { DataType } from '../../../graph/dataType';
import type { Graph, Node, ValueRef } from '../../../graph/graph';
import { groupBy } from '../../../graph/groupBy';
import { cancelCheck, type Progress } from '../../../host';
import type { Plan } from '../../../plan';
import type { FixedEnd } from '../../../snapshot';
import type { CastCosts } from './castCosts';
import { BF16, FP32, FREE, type PlacementProblem } from './placementProblem';
import { tendenciesToFp32 } from './tendenciesToFp32';
import { type FloatGroup, floatGroups } from './typeGroups';

/** The graph before phase 2 as type groups and values, and the way back to its names. */
export interface PlacementGraph {
  /** Node or fetched output of each group. */
  readonly ends: readonly FixedEnd[];
  /** Groups of each node that has some, in order, with their indices. */
  readonly groupsOf: ReadonlyMap<string, readonly PlacedGroup[]>;
  /** Index of a value that is FP32 or BF16 and read. */
  indexOf(value: ValueRef): number | undefined;
  /** Ids of the Casts with which the model itself rounds FP32 values to BF16. */
  readonly roundings: ReadonlySet<string>;
  /**
   * `promoting` says where BF16 read by an FP32 op that also takes it costs no Cast: `everywhere`, which no placement
   * undercuts, or `beside-fp32`, where another of its inputs is FP32 for all we know, which is what a placement costs.
   */
  problem(costs: CastCosts, promoting: 'everywhere' | 'beside-fp32'): PlacementProblem;
}

export interface PlacedGroup extends FloatGroup {
  readonly index: number;
}

const FLOATS: ReadonlySet<DataType | undefined> = new Set(['float32', 'bfloat16']);
const CONSTANT = -1;

/**
 * Collects groups, values and ties of `graph`, in which phase 2 has not yet run. Casts from BF16 to FP32 that the model
 * came with are looked through, for they change no value; those to BF16 stand for a reader that wants BF16. Linear.
 */
export function buildProblem(graph: Graph, plan: Plan, dialect: Dialect, progress: Progress): PlacementGraph {
  const checkCancelled = cancelCheck(progress);
  const ends: FixedEnd[] = [];
  const classes: number[] = [];
  const ties: number[] = [];
  const groupsOf = new Map<string, readonly PlacedGroup[]>();
  /** Groups of arguments whose type is fixed by the op definition. */
  const fixed = new Map<string, number>();
  /** Indices of the values of each node, by output; of a constant under its Const. */
  const indices = new Map<string, (number | undefined)[]>();
  const transparent = new Set<string>();
  const roundings = new Set<string>();
  const sources: (ValueRef & { readonly constant?: Node })[] = [];
  const producers: number[] = [];
  /** The value of each reading, and the group that reads it. */
  const valuesRead: number[] = [];
  const readBy: number[] = [];
  const promotes: number[] = [];
  const promotesBesideFp32: number[] = [];

  const addGroup = (end: FixedEnd, placed: number): number => {
    classes.push(placed);
    return ends.push(end) - 1;
  };
  const fixedGroup = (node: string, type: DataType): number => {
    const key = `${type} ${node}`;
    let index = fixed.get(key);
    if (index === undefined) fixed.set(key, (index = addGroup({ node }, type === 'bfloat16' ? BF16 : FP32)));
    return index;
  };
  const groupAt = (node: Node, side: 'inputs' | 'outputs', position: number): number | undefined => {
    const type = side === 'inputs' ? dialect.inputType(node, position) : dialect.outputTypes(node)[position];
    if (!FLOATS.has(type)) return undefined;
    const group = groupsOf.get(node.id)?.find((candidate) => candidate[side].includes(position));
    return group?.index ?? fixedGroup(node.id, type!);
  };
  const addValue = (value: ValueRef, producer: number, constant?: Node): number => {
    producers.push(producer);
    const index = sources.push({ node: value.node, output: value.output, constant }) - 1;
    const outputs = indices.get(value.node);
    if (outputs !== undefined) outputs[value.output] = index;
    else indices.set(value.node, Array.from({ length: value.output + 1 }, (_, output) => (output === value.output ? index : undefined)));
    return index;
  };
  const valueIndex = (read: ValueRef): number => {
    const isOwn = !transparent.has(read.node);
    const constant = isOwn ? undefined : dialect.constantBehind(graph.nodes, read);
    const value = isOwn ? read : constant === undefined ? throughExactCasts(read, graph, dialect) : { node: constant.id, output: 0 };
    const known = indices.get(value.node)?.[value.output];
    if (known !== undefined) return known;
    return addValue(value, constant === undefined ? groupAt(graph.nodes.get(value.node)!, 'outputs', value.output)! : CONSTANT, constant);
  };
  const addReading = (value: number, reader: number, isPromoted = false, isBesideFp32 = false): void => {
    valuesRead.push(value);
    readBy.push(reader);
    promotes.push(Number(isPromoted));
    promotesBesideFp32.push(Number(isBesideFp32));
  };

  const tendsToFp32 = tendenciesToFp32(graph, dialect, (value) => {
    const producer = groupAt(graph.nodes.get(value.node)!, 'outputs', value.output);
    return producer === undefined ? undefined : classes[producer];
  });
  const fed = new Set(graph.inputs.map((input) => input.value.node));
  for (const node of graph.nodes.values()) {
    checkCancelled();
    // What the caller feeds keeps its type, whatever op would have made it.
    if (fed.has(node.id)) continue;
    if (isTransparent(node, graph, dialect)) {
      transparent.add(node.id);
      continue;
    }
    if (isCastToBf16(node, dialect)) {
      const index = addGroup({ node: node.id }, BF16);
      roundings.add(node.id);
      groupsOf.set(node.id, [{ name: '', inputs: [0], outputs: [0], placed: BF16, isJoint: false, index }]);
      continue;
    }
    const groups = floatGroups(node, plan, dialect).map((group) => ({ ...group, index: addGroup({ node: node.id }, group.placed) }));
    if (groups.length > 0) groupsOf.set(node.id, groups);
    if (groups.length < 2) continue;
    const joint = groups.filter((group) => group.isJoint);
    for (const group of joint.slice(1)) ties.push(joint[0]!.index, group.index);
  }
  for (const { members } of dialect.sharedTypes(graph)) {
    const tied = members.flatMap(({ node, group }) => groupsOf.get(node)?.find(({ name }) => name === group)?.index ?? []);
    for (const index of tied.slice(1)) ties.push(tied[0]!, index);
  }
  for (const unit of plan.units) {
    const tied = unit.flatMap((id) => (groupsOf.get(id) ?? []).filter(({ placed }) => placed === FREE).map(({ index }) => index));
    for (const index of tied.slice(1)) ties.push(tied[0]!, index);
  }
  for (const node of graph.nodes.values()) {
    checkCancelled();
    if (transparent.has(node.id)) continue;
    const promoted = dialect.promotedInputs?.(node, graph.nodes) ?? [];
    const isBesideFp32 = (input: number): boolean => !tendsToFp32(node.inputs[input]!) && promoted.some((other) => other !== input && tendsToFp32(node.inputs[other]!));
    node.inputs.forEach((value, input) => {
      const reader = groupAt(node, 'inputs', input);
      if (reader === undefined) return;
      const read = valueIndex(value);
      const isPromoted = promoted.includes(input) && producers[read] !== CONSTANT;
      addReading(read, reader, isPromoted, isPromoted && isBesideFp32(input));
    });
  }
  for (const { name, value } of graph.outputs) {
    const node = graph.nodes.get(value.node)!;
    const type = dialect.outputTypes(node)[value.output];
    if (!FLOATS.has(type) || dialect.constantBehind(graph.nodes, value) !== undefined) continue;
    addReading(valueIndex(value), addGroup({ output: name }, type === 'bfloat16' ? BF16 : FP32));
  }

  const keys = Int32Array.from(valuesRead);
  const byReading = (flags: readonly number[]): Uint8Array => Uint8Array.from(groupBy(keys, Int32Array.from(flags), sources.length).sorted);
  const { starts, sorted } = groupBy(keys, Int32Array.from(readBy), sources.length);
  const unpriced = {
    classes: Uint8Array.from(classes), producers: Int32Array.from(producers), firstReader: starts, readers: sorted,
ties: Int32Array.from(ties),
  };
  return {
    ends,
    groupsOf,
    indexOf: (value) => indices.get(value.node)?.[value.output],
    roundings,
    problem: (costs, promoting) => {
      const price = (type: 'bf16' | 'fp32') => Float64Array.from(sources, (value) => (value.constant === undefined ? costs.cast(value) : costs.constant(value.constant, type)));
      return { ...unpriced, promotes: byReading(promoting === 'everywhere' ? promotes : promotesBesideFp32), rewards: rewardsOf(groupsOf, ends.length, graph, costs, dialect), costToBf16: price('bf16'), costToFp32: price('fp32') };
    },
  };
}

/** Ops that compute a value in BF16 gain; what only moves values follows them, and what only converts between types has no say. */
function rewardsOf(groupsOf: PlacementGraph['groupsOf'], count: number, graph: Graph, costs: CastCosts, dialect: Dialect): Float64Array {
  const rewards = new Float64Array(count);
  for (const [id, groups] of groupsOf) {
    const node = graph.nodes.get(id)!;
    if (dialect.isCast(node) || dialect.isDequantize(node)) continue;
    const makers = groups.filter((group) => group.placed === FREE && group.outputs.length > 0);
    if (!dialect.computes(node)) for (const { index } of makers) rewards[index] = costs.movementReward;
    else if (makers.length > 0) rewards[makers[0]!.index] = costs.reward({ node: id, output: makers[0]!.outputs[0]! });
  }
  return rewards;
}

/** Types of a Cast that can stand for all of its kind: one that waits for another node has work of its own. */
function sharedCastTypes(node: Node, dialect: Dialect): CastTypes | undefined {
  return node.controlInputs.length === 0 ? castTypes(node, dialect) : undefined;
}

function isCastToBf16(node: Node, dialect: Dialect): boolean {
  const types = sharedCastTypes(node, dialect);
  return types?.from === 'float32' && types.to === 'bfloat16';
}

function isExactCast(node: Node, dialect: Dialect): boolean {
  const types = sharedCastTypes(node, dialect);
  return types?.from === 'bfloat16' && types.to === 'float32';
}

/** Neither makes a value of its own nor wants one: constants, what passes them on, and exact Casts. */
function isTransparent(node: Node, graph: Graph, dialect: Dialect): boolean {
  return isExactCast(node, dialect) || dialect.constantBehind(graph.nodes, { node: node.id, output: 0 }) !== undefined;
}

function throughExactCasts(value: ValueRef, graph: Graph, dialect: Dialect): ValueRef {
  for (let origin = value; ; ) {
    const node = graph.nodes.get(origin.node)!;
    if (!isExactCast(node, dialect)) return origin;
    origin = node.inputs[0]!;
  }
}
