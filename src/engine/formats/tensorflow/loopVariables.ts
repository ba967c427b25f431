import type { Graph, Node } from '../../graph/graph';
import { signatureOf } from './signature';
import type { TypeTies } from './typeTies';

const BACK_EDGES: ReadonlySet<string> = new Set(['NextIteration', 'RefNextIteration']);
const ENTERS: ReadonlySet<string> = new Set(['Enter', 'RefEnter']);
const MERGES: ReadonlySet<string> = new Set(['Merge', 'RefMerge']);
const SWITCHES: ReadonlySet<string> = new Set(['Switch', 'RefSwitch']);
const EXITS: ReadonlySet<string> = new Set(['Exit', 'RefExit']);

/**
 * Ties the five ops that carry one variable of a while loop: Merge(Enter, NextIteration) -> Switch -> Exit. Merge has to
 * read NextIteration without a Cast between (graph_constructor.cc accepts no other back edge); the others are tied with
 * them because what recognises loops by their ops (XLA's functionalization, our runtime) expects them side by side, and
 * a Cast before Enter or behind Exit and Switch does as well. Linear.
 */
export function tieLoopVariables(graph: Graph, ties: TypeTies): void {
  const tie = (a: Node, b: Node): void => ties.tie(ties.group(a, 'T'), ties.group(b, 'T'));
  const producer = (node: Node | undefined, input: number): Node | undefined => graph.nodes.get(node?.inputs[input]?.node ?? '');
  for (const node of graph.nodes.values()) {
    if (MERGES.has(node.op) && isLoopMerge(node, graph)) {
      node.inputs.forEach((_, input) => {
        const source = producer(node, input)!;
        if (ENTERS.has(source.op) || BACK_EDGES.has(source.op)) tie(node, source);
      });
    } else if (isLoopSwitch(node, graph)) {
      tie(node, producer(node, 0)!);
    } else if (EXITS.has(node.op)) {
      const source = producer(node, 0);
      if (source !== undefined && isLoopSwitch(source, graph)) tie(node, source);
    }
  }
}

function isLoopMerge(node: Node | undefined, graph: Graph): boolean {
  return node !== undefined && MERGES.has(node.op) && node.inputs.some((value) => BACK_EDGES.has(graph.nodes.get(value.node)?.op ?? ''));
}

function isLoopSwitch(node: Node, graph: Graph): boolean {
  if (!SWITCHES.has(node.op) || graph.nodes.get(node.inputs[1]?.node ?? '')?.op !== 'LoopCond') return false;
  return isLoopMerge(graph.nodes.get(node.inputs[0]?.node ?? ''), graph);
}

const DECIDES = 'It decides how often a loop runs: rounding could change that, or keep the loop from ending.';

/** Ops through which a float goes from one trip around a loop to the next, counting or being carried along. */
const STEPS: ReadonlySet<string> = new Set([
  'Add', 'AddV2', 'Exit', 'Identity', 'Merge', 'NextIteration', 'RefExit', 'RefMerge', 'RefNextIteration', 'RefSwitch', 'Sub', 'Switch',
]);

/** Look at the shape of a tensor only. */
const SHAPE_OPS: ReadonlySet<string> = new Set(['Rank', 'Shape', 'ShapeN', 'Size']);

/**
 * Keeps the types of what loop conditions follow from: comparisons, and the additions by which a float counts the trips
 * (in BF16, 256 + 1 is 256). Walks back from each LoopCond over conditions and integers, over floats only while they are
 * carried along or added to, and not out of the loop. Linear.
 */
export function fixLoopConditions(graph: Graph, ties: TypeTies): void {
  const visited = new Set<string>();
  const stack = [...graph.nodes.values()].filter((node) => node.op === 'LoopCond').map((node) => node.id);
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    const node = graph.nodes.get(id);
    if (node === undefined || visited.has(id) || SHAPE_OPS.has(node.op)) continue;
    visited.add(id);
    for (const { name, dtype, inputs } of signatureOf(node).groups) {
      if (dtype === 'float32' && inputs.length > 0) ties.fix(ties.group(node, name)!, DECIDES);
    }
    if (ENTERS.has(node.op)) continue;
    for (const value of node.inputs) {
      const source = graph.nodes.get(value.node);
      const type = source === undefined ? undefined : signatureOf(source).outputs[value.output];
      if (type === undefined || type === 'variant' || type === 'resource') continue;
      if (type !== 'float32' || STEPS.has(source!.op) || ENTERS.has(source!.op)) stack.push(value.node);
    }
  }
}
