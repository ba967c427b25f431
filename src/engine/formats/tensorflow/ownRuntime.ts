import type { OwnRuntime } from '../../modelRun';
import { UserError } from '../../errors';
import type { Graph } from '../../graph/graph';
import { withoutDanglingColocations } from './colocation';
import { hasTables, requireNoTables } from './savedModel/write';
import { writeGraphDef } from './write';

/** The graph as a GraphDef can hold it. Throws UserError where it cannot. */
export function wholeGraph(graph: Graph): Graph {
  requireNoTables(graph);
  return withoutDanglingColocations(graph);
}

const TABLES = 'The model looks values up in tables, which are not filled in the frozen graph that TensorFlow would be given';

/** TensorFlow runs the frozen graph; it calls a value `node:output`, by the node's present name. */
export const ownRuntime: OwnRuntime = {
  framework: 'tensorflow',
  fileOf: (graph) => ({
    write: (sink, progress) => {
      if (hasTables(graph)) throw new UserError(TABLES, { hint: 'Give ranges recorded elsewhere as calibration.ranges' });
      return writeGraphDef(withoutDanglingColocations(graph), sink, progress);
    },
    nameOf: ({ node, output }) => `${graph.nodes.get(node)!.name}:${output}`,
  }),
};
