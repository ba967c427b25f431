import { UserError } from '../../../errors';
import type { Graph } from '../../../graph/graph';
import type { FrozenSource } from './freeze';

/** What of a SavedModel is not in the graph, and so not in a converted model, and why: sentences. */
export function remarksOn({ source }: Graph): readonly string[] {
  const { leftOut, otherGraphs } = source as FrozenSource;
  return [
    ...leftOut.map(({ signature, error: { message, place } }) => `The signature "${signature}" is left out: ${new UserError(message, { node: place.node }).oneLine}.`),
    ...otherGraphs.map((tags) => `The graph with the tags [${tags.join(', ')}] is left out: a converted model holds one graph. Choose it with "tags" in the config to convert it instead.`),
  ];
}
