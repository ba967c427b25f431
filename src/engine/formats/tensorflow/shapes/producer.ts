import type { Graph } from '../../../graph/graph';
import { readerOf } from '../../protobuf';
import { GraphDef } from '../messages';
import type { GraphDefSource } from '../read';

/** First byte of GraphDef.versions: field 4, length-delimited. */
const VERSIONS_TAG = (4 << 3) | 2;

/**
 * Version of the GraphDef format the graph was written in (tensorflow/core/framework/versions.proto): 0 for a file that
 * states none, undefined for a graph that is from no file.
 */
export function producerVersion(graph: Graph): number | undefined {
  const source = graph.source as GraphDefSource | undefined;
  if (source === undefined) return undefined;
  const fields = [...source.otherFields.values()].flat().filter((field) => field[0] === VERSIONS_TAG);
  const messages = fields.map((field) => GraphDef.decode(readerOf(field)) as unknown as { versions?: { producer?: number } });
  return messages.at(-1)?.versions?.producer ?? 0;
}
