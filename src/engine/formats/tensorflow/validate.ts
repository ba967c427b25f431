import { UserError } from '../../errors';
import type { Graph, Node } from '../../graph/graph';
import { topologicalOrder } from '../../graph/traversal';
import type { Progress } from '../../host';
import { outputCount } from './ioSignature';
import { tensorMessage, tensorSizeProblem } from './tensor';

const LOOP_ENTRIES = new Set(['Merge', 'RefMerge']);
const LOOP_BACK_EDGES = new Set(['NextIteration', 'RefNextIteration']);

/**
 * Throws UserError for a graph TensorFlow could not load: an input that reads a node or an output that does not exist,
 * a constant whose bytes do not match its shape, a cycle other than v1 while loops (NextIteration -> Merge). Linear.
 */
export function checkGraph(graph: Graph, file: string, progress: Progress): void {
  for (const node of graph.nodes.values()) {
    checkInputs(node, graph, file);
    checkConstant(node, file);
  }
  progress.throwIfCancelled();
  checkCycles(graph, file);
}

function checkInputs(node: Node, graph: Graph, file: string): void {
  for (const { node: id, output } of node.inputs) {
    const producer = graph.nodes.get(id) ?? missing(id, node, file);
    const count = outputCount(producer);
    if (count !== undefined && output >= count) {
      const has = count === 1 ? 'one output' : count === 0 ? 'no outputs' : `${count} outputs`;
      throw new UserError(`it reads output ${output} of "${id}", but ${producer.op} has ${has}`, { file, node: node.name, hint: 'Export the model again' });
    }
  }
  for (const id of node.controlInputs) if (!graph.nodes.has(id)) missing(id, node, file);
}

function missing(id: string, node: Node, file: string): never {
  throw new UserError(`its input "${id}" is not in the graph`, { file, node: node.name, hint: 'Export the model again with all nodes its outputs need' });
}

function checkConstant(node: Node, file: string): void {
  if (node.op !== 'Const') return;
  const value = node.attributes.get('value');
  if (value?.kind !== 'tensor') {
    throw new UserError('the constant has no tensor of a known type and shape', { file, node: node.name, hint: 'Export the model again' });
  }
  const problem = tensorSizeProblem(value.dtype, value.shape, tensorMessage(value));
  if (problem !== undefined) throw new UserError(problem, { file, node: node.name, hint: 'Download or export the model again' });
}

function checkCycles(graph: Graph, file: string): void {
  const straight = new Set<string>();
  for (const node of graph.nodes.values()) {
    if (!LOOP_ENTRIES.has(node.op)) for (const { node: id } of node.inputs) straight.add(id);
    for (const id of node.controlInputs) straight.add(id);
  }
  const isBackEdge = (node: Node): boolean => LOOP_BACK_EDGES.has(node.op) && !straight.has(node.id);
  const order = topologicalOrder(graph, isBackEdge);
  if (order.length === graph.nodes.size) return;
  const ordered = new Set(order);
  const cycle = findCycle(graph, (id) => !ordered.has(id) && !isBackEdge(graph.nodes.get(id)!));
  const shown = cycle.length > 6 ? [...cycle.slice(0, 3), '…', ...cycle.slice(-2)] : cycle;
  throw new UserError(`the graph has a cycle that is no while loop: ${shown.join(' -> ')} -> ${cycle[0]}`, {
    file, node: cycle[0]!, hint: 'Export the model again',
  });
}

/** One cycle in execution order, given nodes that each wait for another of them. */
function findCycle(graph: Graph, isWaiting: (id: string) => boolean): string[] {
  const position = new Map<string, number>();
  const path: string[] = [];
  let id = [...graph.nodes.keys()].find(isWaiting)!;
  while (!position.has(id)) {
    position.set(id, path.length);
    path.push(id);
    const node: Node = graph.nodes.get(id)!;
    id = [...node.inputs.map((value) => value.node), ...node.controlInputs].find(isWaiting)!;
  }
  return path.slice(position.get(id)).reverse();
}
