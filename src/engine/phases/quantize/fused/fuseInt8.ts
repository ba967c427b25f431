import { handsInt8On, quantizedInputs } from '../../../capabilities/quantizedInputs';
import type { Dialect } from '../../../dialect';
import type { FusedForm } from '../../../fusedForm';
import type { PartialShape } from '../../../graph/attribute';
import { type Graph, type Node, type ValueRef, valueKey } from '../../../graph/graph';
import { removeUnread } from '../../../graph/removeUnread';
import type { Rewriter, Rule } from '../../../graph/rewriter';
import { topologicalOrder } from '../../../graph/traversal';
import type { Progress } from '../../../host';
import type { Plan } from '../../../plan';
import type { FusedOp, FusedPlan } from './planFused';

const FUSE: Rule = {
  name: 'fuse-int8',
  description: 'An INT8 op, what follows it and the Quantize and Dequantize around it become one INT8 kernel of the framework.',
};
const KEEP_INT8: Rule = {
  name: 'keep-int8',
  description: 'An op that hands INT8 values on reads and gives them as they are, without Dequantize and Quantize.',
};
const KEEP_QDQ: Rule = {
  name: 'keep-quantize-dequantize',
  description: 'An INT8 op stays a float op between Dequantize and Quantize, because the framework has no INT8 kernel for it as it is.',
};

export interface FuseContext {
  readonly rewriter: Rewriter;
  readonly dialect: Dialect;
  readonly form: FusedForm;
  readonly progress: Progress;
}

/**
 * Turns INT8 ops between Dequantize and Quantize into the framework's own INT8 kernels. `graph` is the one before Quantize
 * and Dequantize were inserted, which plan and fused plan are of. Linear.
 */
export function fuseInt8(graph: Graph, plan: Plan, fused: FusedPlan, context: FuseContext): void {
  const { rewriter, dialect, progress } = context;
  const shapes = dialect.inferShapes(graph);
  const ops = new Map(fused.ops.map((op) => [op.node, op]));
  for (const id of topologicalOrder(graph, (node) => dialect.closesLoop(node))) {
    const node = rewriter.get(id);
    if (node === undefined || plan.nodes.get(id)?.precision !== 'int8') continue;
    progress.throwIfCancelled();
    const op = ops.get(id);
    const objection = fused.objections.get(id);
    if (objection !== undefined) note(id, objection, context);
    else if (op !== undefined) fuse(op, shapes.get(valueKey(graph.nodes.get(id)!.inputs[0]!)), context);
    else if (handsInt8On(node, graph, dialect)) keep(node, graph, context);
  }
}

function fuse(op: FusedOp, shape: PartialShape, context: FuseContext): void {
  const { rewriter, form } = context;
  const node = rewriter.node(op.node);
  const absorbed = op.absorbed.map((id) => rewriter.node(id));
  const behind = quantizeBehind(op.result, context);
  const fusion = form.fuse({ op: node, absorbed, quantize: behind, shape, nodes: rewriter, uniqueName: rewriter.uniqueName });
  if ('reason' in fusion) return note(op.node, fusion.reason, context);
  const quantize = fusion.givesInt8 ? behind : undefined;
  const parts = [...absorbed.map(({ op: type }) => type), ...(quantize === undefined ? [] : ['Quantize'])];
  const reason = `${node.op} ${node.name} runs as the INT8 kernel ${fusion.nodes.at(-1)!.op}${parts.length === 0 ? '' : `, which computes ${listed(parts)} too`}.`;
  rewriter.apply(FUSE, reason, () => replaceBy(fusion.nodes, [node, ...absorbed], quantize ?? absorbed.at(-1) ?? node, context));
}

/** Puts the nodes in the place of those that made `end`'s value. */
function replaceBy(nodes: readonly Node[], old: readonly Node[], end: Node, { rewriter, dialect }: FuseContext): void {
  const fused = nodes.at(-1)!;
  for (const node of nodes.slice(0, -1)) rewriter.add(node);
  const gone = [...old.slice(1), ...(old.includes(end) ? [] : [end])];
  const uses = rewriter.uses(end.id).filter(({ node }) => node !== fused.id);
  for (const { id } of gone) rewriter.redirectControl(id, fused.id);
  const controlInputs = [...new Set([...old, end].flatMap((node) => node.controlInputs))].filter((id) => id !== fused.id && !gone.some((node) => node.id === id));
  rewriter.replace({ ...fused, controlInputs });
  if (end.id !== fused.id) rewriter.redirect(uses, { node: fused.id, output: 0 });
  const isFetched = end.id !== fused.id && rewriter.isOutputNode(end.id);
  if (isFetched) rewriter.redirectOutput({ node: end.id, output: 0 }, { node: fused.id, output: 0 });
  removeUnread(rewriter, dialect, [...gone.map(({ id }) => id), ...old.flatMap((node) => node.inputs.map((value) => value.node))]);
  // Callers fetch the result under the name it had.
  if (isFetched) rewriter.replace({ ...rewriter.node(fused.id), name: end.name });
}

function keep(node: Node, graph: Graph, context: FuseContext): void {
  const { rewriter, dialect, form } = context;
  const result = { node: node.id, output: 0 };
  const inputs = quantizedInputs(graph.nodes.get(node.id)!, graph, dialect);
  const quantize = quantizeBehind(result, context);
  const readsInt8 = inputs.every((input) => dialect.isDequantize(rewriter.node(node.inputs[input]!.node)));
  if (quantize === undefined || !readsInt8) return;
  const kept = form.keepInt8(node, quantize, rewriter);
  if ('reason' in kept) return note(node.id, kept.reason, context);
  rewriter.apply(KEEP_INT8, `${node.op} ${node.name} hands INT8 values on as they are.`, () => {
    rewriter.redirect(rewriter.uses(quantize.id, 0), result);
    rewriter.redirectControl(quantize.id, node.id);
    rewriter.replace({ ...kept.nodes.at(-1)!, controlInputs: node.controlInputs });
    removeUnread(rewriter, dialect, [quantize.id, ...node.inputs.map((value) => value.node)]);
  });
}

/** The Quantize that alone reads the value. */
function quantizeBehind(value: ValueRef, { rewriter, dialect }: FuseContext): Node | undefined {
  if (rewriter.isOutput(value)) return undefined;
  const readers = rewriter.uses(value.node, value.output).map((use) => rewriter.node(use.node));
  return readers.length === 1 && dialect.isQuantize(readers[0]!) ? readers[0] : undefined;
}

/** Records why an op stays as it is. */
function note(id: string, reason: string, { rewriter }: FuseContext): void {
  const node = rewriter.node(id);
  rewriter.apply(KEEP_QDQ, `${node.op} ${node.name} stays between Quantize and Dequantize: ${reason}`, () => rewriter.replace({ ...node }));
}

function listed(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;
}
