import type { SharedType } from '../../dialect';
import type { Graph } from '../../graph/graph';
import { fixLoopConditions, tieLoopVariables } from './loopVariables';
import { tieTensorLists } from './tensorLists';
import { TypeTies } from './typeTies';

/**
 * Type groups of TensorFlow nodes that must have one type: the ops of a loop variable, the users of a list of tensors. A
 * set of one is fixed. Functions have fixed types and take no part. Linear.
 */
export function sharedTypes(graph: Graph): readonly SharedType[] {
  const ties = new TypeTies();
  tieLoopVariables(graph, ties);
  fixLoopConditions(graph, ties);
  tieTensorLists(graph, ties);
  fixFetchedBranches(graph, ties);
  return ties.sharedTypes();
}

/** Of a Switch only one output lives, so no node can hand both on under its name with another type. */
function fixFetchedBranches(graph: Graph, ties: TypeTies): void {
  for (const { name, value } of graph.outputs) {
    const node = graph.nodes.get(value.node);
    const group = node?.op === 'Switch' ? ties.group(node, 'T') : undefined;
    if (group !== undefined) ties.fix(group, `One of its branches is the output ${name} of the model.`);
  }
}
