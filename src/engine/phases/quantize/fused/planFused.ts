import type { Dialect } from '../../../dialect';
import type { FusedForm } from '../../../fusedForm';
import { type Graph, type Node, type ValueRef, valueKey } from '../../../graph/graph';
import { topologicalOrder } from '../../../graph/traversal';
import type { Plan, PlannedNode } from '../../../plan';
import { ValueReads } from '../../../graph/valueReads';
import { runsBefore } from './runsBefore';

/** An INT8 op and what its kernel computes with it. */
export interface FusedOp {
  readonly node: string;
  /** Ids, in order, the one whose result is theirs last. */
  readonly absorbed: readonly string[];
  /** What they make together. */
  readonly result: ValueRef;
  /** Another activation that is added on the way. */
  readonly summand?: ValueRef;
  readonly givesInt8Only: boolean;
}

export interface FusedPlan {
  /** In topological order. */
  readonly ops: readonly FusedOp[];
  /** Why an INT8 op is not among them, by id; sentences. */
  readonly objections: ReadonlyMap<string, string>;
}

/**
 * Which ops planned INT8 become kernels of the framework's own, and which ops after them they take in. A kernel that adds
 * another activation overwrites it, so only the result of another kernel that nothing reads later is added so. Linear, but
 * for a bounded look around each such addition.
 */
export function planFused(graph: Graph, plan: Plan, dialect: Dialect, form: FusedForm): FusedPlan {
  const order = topologicalOrder(graph, (node) => dialect.closesLoop(node));
  const context: Context = { graph, plan, dialect, form, reads: new ValueReads(graph), taken: new Set() };
  const objections = new Map<string, string>();
  const chains: FusedOp[] = [];
  // The later of two ops whose results are added takes the addition in: the other result is there by then.
  for (const id of order.toReversed()) {
    const node = graph.nodes.get(id)!;
    if (plan.nodes.get(id)?.precision !== 'int8' || dialect.quantizationPattern(node, graph) === undefined) continue;
    const objection = objectionTo(node, context);
    if (objection !== undefined) objections.set(id, objection);
    else {
      const chain = follow(node, context);
      const isFetched = chain.givesInt8Only && context.reads.isFetched(chain.result);
      if (isFetched) objections.set(id, 'The caller fetches its result, and the kernel gives INT8 only.');
      else chains.push(chain);
    }
  }
  const results = new Set<string>();
  let shapes: ReturnType<Dialect['inferShapes']> | undefined;
  const haveSameShape = (a: ValueRef, b: ValueRef): boolean => {
    shapes ??= dialect.inferShapes(graph);
    const [one, other] = [shapes.get(valueKey(a)), shapes.get(valueKey(b))];
    return one !== undefined && one.length === other?.length && one.every((size, axis) => size === other[axis]);
  };
  const ops = chains.toReversed().map((chain) => {
    const safe = withSafeSummand(chain, results, haveSameShape, context);
    results.add(valueKey(safe.result));
    return safe;
  });
  return { ops, objections };
}

interface Context {
  readonly graph: Graph;
  readonly plan: Plan;
  readonly dialect: Dialect;
  readonly form: FusedForm;
  readonly reads: ValueReads;
  /** Ids of the ops that some kernel computes beside its own. */
  readonly taken: Set<string>;
}

function objectionTo(node: Node, { graph, dialect, form }: Context): string | undefined {
  const pattern = dialect.quantizationPattern(node, graph)!;
  if (node.inputs.every(({ node: id }) => dialect.isDequantize(graph.nodes.get(id)!))) return 'The opened model quantizes what it reads, and stays as it is.';
  if (pattern.weight === undefined) return 'It multiplies two computed values; fused kernels want constant weights.';
  return form.objection(node, graph);
}

/** The ops after `node` that its kernel computes too. */
function follow(node: Node, context: Context): FusedOp {
  const { graph, form, reads, taken } = context;
  const absorbed: Node[] = [];
  let result: ValueRef = { node: node.id, output: 0 };
  let summand: ValueRef | undefined;
  for (;;) {
    const use = reads.only(result);
    const next = use === undefined ? undefined : graph.nodes.get(use.node)!;
    const step = use === undefined ? undefined : form.absorbs(node, absorbed, next!, use.input, graph);
    const more = step === undefined ? form.absorbsTogether(node, absorbed, result, graph, reads) : [next!];
    if (more === undefined || more.some((one) => taken.has(one.id) || !isOpenToFusion(context.plan.nodes.get(one.id)))) break;
    if (step?.summand !== undefined) summand = next!.inputs[step.summand]!;
    for (const { id } of more) taken.add(id);
    absorbed.push(...more);
    result = { node: more.at(-1)!.id, output: 0 };
  }
  return { node: node.id, absorbed: absorbed.map(({ id }) => id), result, summand, givesInt8Only: form.givesInt8Only(node) };
}

/** Whether the kernel of another op may compute an op planned so: the user has asked for no other precision. */
export function isOpenToFusion(planned: PlannedNode | undefined): boolean {
  return planned?.precision === 'int8' || (planned !== undefined && planned.precision !== 'other' && planned.reason.configKey === undefined);
}

/** The chain, ending before the addition where what is added must not be overwritten. `results` are those of the kernels before it. */
function withSafeSummand(chain: FusedOp, results: ReadonlySet<string>, haveSameShape: (a: ValueRef, b: ValueRef) => boolean, { graph, dialect, reads }: Context): FusedOp {
  const { node, absorbed, summand } = chain;
  if (summand === undefined) return chain;
  const adder = absorbed.findIndex((id) => graph.nodes.get(id)!.inputs.some((value) => valueKey(value) === valueKey(summand)));
  const others = reads.of(summand).filter((use) => use.node !== absorbed[adder]).map((use) => use.node);
  // Nodes that only move values may hand the same memory on.
  const areDone = others.every((id) => !dialect.isDataMovement(graph.nodes.get(id)!)) && runsBefore(others, node, graph);
  const result = { node: absorbed[adder - 1] ?? node, output: 0 };
  // Kernels do not broadcast. Sizes that only a run tells are taken to be equal, as those of a batch are.
  if (results.has(valueKey(summand)) && areDone && haveSameShape(summand, result)) return chain;
  return { ...chain, absorbed: absorbed.slice(0, adder), result, summand: undefined };
}
