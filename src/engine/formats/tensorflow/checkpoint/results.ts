import { opDefinition } from '../../../capabilities/tensorflow';
import { UserError } from '../../../errors';
import type { Graph, ModelOutput, Node } from '../../../graph/graph';
import { readersOf } from '../../../graph/readerIndex';
import { findOutputs } from '../ioSignature';

/** Ops that train, save, restore or report. */
const TRAINING = /^(Resource|Sparse|Ref)?(Apply|Assign|Scatter|Restore|Save|MergeV2Checkpoints|IsVariableInitialized|VarIsInitializedOp|Print|Assert|.*Summary)/;
/** The scope of what tf.gradients adds. */
const GRADIENTS = /(^|\/)gradients(_\d+)?\//;
const INPUTS: ReadonlySet<string> = new Set(['Placeholder', 'PlaceholderV2', 'PlaceholderWithDefault']);
/** What nobody asks a model for: leftovers of functions that build graphs. */
const SHAPES: ReadonlySet<string> = new Set(['Shape', 'ShapeN', 'Size', 'Rank']);

/**
 * What a training graph computes of its placeholders that nothing but training reads, such as a loss or an accuracy. Throws
 * UserError where there is nothing of the kind. Linear.
 */
export function resultsOf(graph: Graph, file: string): readonly ModelOutput[] {
  const { nodes } = graph;
  const training = reachedFrom(graph, (node) => TRAINING.test(node.op) || GRADIENTS.test(node.name) || opDefinition(node.op)?.outputs.length === 0);
  const computed = reachedFrom(graph, (node) => INPUTS.has(node.op));
  const kept = new Map([...nodes].filter(([id, node]) => computed.has(id) && !training.has(id) && !INPUTS.has(node.op) && !SHAPES.has(node.op)));
  const outputs = kept.size === 0 ? [] : findOutputs({ nodes: kept, inputs: [], outputs: [] }, undefined, file);
  if (outputs.length > 0) return outputs;
  throw new UserError('the graph of the checkpoint does not tell what its results are', { file, hint: 'Name the values to fetch as "outputs" in the config' });
}

/** Ids of the nodes that `isStart` holds for, and of all that read a value of one or wait for one. */
function reachedFrom(graph: Graph, isStart: (node: Node) => boolean): ReadonlySet<string> {
  const { nodes } = graph;
  const readers = readersOf(graph, { waiting: true });
  const stack = [...nodes.values()].filter(isStart).map(({ id }) => id);
  const reached = new Set(stack);
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    for (const reader of readers.of(id)) {
      if (reached.has(reader)) continue;
      reached.add(reader);
      stack.push(reader);
    }
  }
  return reached;
}
