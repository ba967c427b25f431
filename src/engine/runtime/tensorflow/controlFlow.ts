import { UserError } from '../../errors';
import type { Graph, Node, ValueRef } from '../../graph/graph';
import type { ControlFlow, LoopVariable, WhileLoop } from '../controlFlow';

function isSwitch(node: Node): boolean {
  return node.op === 'Switch' || node.op === 'RefSwitch';
}

function isMerge(node: Node): boolean {
  return node.op === 'Merge' || node.op === 'RefMerge';
}

const loopsOfGraph = new WeakMap<Graph, ReadonlyMap<string, WhileLoop>>();

/** The loop an Exit node leaves; undefined for any other node. */
function loopOf(graph: Graph, node: Node): WhileLoop | undefined {
  if (node.op !== 'Exit' && node.op !== 'RefExit') return undefined;
  let loops = loopsOfGraph.get(graph);
  if (loops === undefined) loopsOfGraph.set(graph, (loops = findLoops(graph)));
  const loop = loops.get(node.id);
  if (loop === undefined) throw new UserError('The Exit does not belong to a while loop of the usual form', { node: node.name });
  return loop;
}

interface LoopDraft {
  readonly condition: Node;
  readonly variables: LoopVariable[];
  readonly exits: Map<string, number>;
}

/**
 * Every while loop of the graph in TensorFlow 1 control flow, as `tf.while_loop` and the lowering of While build it
 * (Merge(Enter(initial), NextIteration(next)) -> Switch(·, LoopCond) -> output 0: Exit, output 1: body), by the ids of its Exit nodes, in one pass over the nodes. */
function findLoops(graph: Graph): ReadonlyMap<string, WhileLoop> {
  const drafts = new Map<string, LoopDraft>();
  const variableOf = new Map<string, { draft: LoopDraft; index: number }>();
  for (const node of graph.nodes.values()) {
    const condition = isSwitch(node) ? graph.nodes.get(node.inputs[1]?.node ?? '') : undefined;
    const merge = graph.nodes.get(node.inputs[0]?.node ?? '');
    if (condition?.op !== 'LoopCond' || merge === undefined || !isMerge(merge)) continue;
    const sources = merge.inputs.map((input) => graph.nodes.get(input.node));
    const enter = sources.find((source) => source?.op === 'Enter' || source?.op === 'RefEnter');
    const next = sources.find((source) => source?.op === 'NextIteration' || source?.op === 'RefNextIteration');
    if (enter === undefined || next === undefined) continue;
    const draft: LoopDraft = drafts.get(condition.id) ?? { condition, variables: [], exits: new Map() };
    drafts.set(condition.id, draft);
    variableOf.set(node.id, { draft, index: draft.variables.length });
    draft.variables.push({ initial: enter.inputs[0]!, next: next.inputs[0]!, merge: merge.id, whileTrue: node.id });
  }
  const loops = new Map<string, WhileLoop>();
  for (const node of graph.nodes.values()) {
    if (node.op !== 'Exit' && node.op !== 'RefExit') continue;
    const variable = variableOf.get(node.inputs[0]?.node ?? '');
    if (variable === undefined) continue;
    variable.draft.exits.set(node.id, variable.index);
    loops.set(node.id, variable.draft);
  }
  return loops;
}

/** Switch outputs that a node waits for by control edges, directly or behind an Identity: it is dead where they are. */
function conditionsOf(graph: Graph, node: Node): ValueRef[] {
  const conditions: ValueRef[] = [];
  for (const id of node.controlInputs) {
    const pivot = graph.nodes.get(id);
    const source = pivot?.op === 'Identity' ? graph.nodes.get(pivot.inputs[0]?.node ?? '') : undefined;
    if (pivot !== undefined && source !== undefined && isSwitch(source)) conditions.push(pivot.inputs[0]!);
  }
  return conditions;
}

function roleInLoop(node: Node): 'invariant' | 'inside' | undefined {
  if (node.op === 'NextIteration' || node.op === 'LoopCond') return 'inside';
  if (node.op !== 'Enter') return undefined;
  const attribute = node.attributes.get('is_constant');
  return attribute?.kind === 'bool' && attribute.value ? 'invariant' : 'inside';
}

/** Switch, Merge and the while loops of TensorFlow 1. */
export const tensorflowControlFlow: ControlFlow = { isSwitch, isMerge, conditionsOf, loopOf, roleInLoop };
