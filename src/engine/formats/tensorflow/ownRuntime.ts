import type { OwnRuntime } from '../../dialect';
import type { Graph } from '../../graph/graph';
import { withoutDanglingColocations } from './colocation';
import { requireNoTables } from './savedModel/write';
import { writeGraphDef } from './write';

/** The graph as a GraphDef can hold it. Throws UserError where it cannot. */
export function wholeGraph(graph: Graph): Graph {
  requireNoTables(graph);
  return withoutDanglingColocations(graph);
}

/** TensorFlow runs the frozen graph; it calls a value `node:output`, by the node's present name. */
export const ownRuntime: OwnRuntime = {
  framework: 'tensorflow',
  fileOf: (graph) => ({
    write: async (sink, progress) => writeGraphDef(wholeGraph(graph), sink, progress),
    nameOf: ({ node, output }) => `${graph.nodes.get(node)!.name}:${output}`,
  }),
};
