import { inFile, UserError } from '../../errors';
import type { Graph } from '../../graph/graph';
import { NO_PROGRESS, type ByteSource, type Progress } from '../../host';
import type { ReadOptions } from '../tensorflow/read';
import { readArchive } from './archive';
import { inPresentLayout } from './earlierLayouts';
import { findProgram } from './program';
import { readGraph } from './readGraph';

/**
 * Reads an archive of torch.export.save (`.pt2`). Weights stay bytes of the file. Throws UserError for another kind of
 * file and for an archive that torch would not load.
 */
export async function readExportedProgram(source: ByteSource, options: ReadOptions = {}, progress: Progress = NO_PROGRESS): Promise<Graph> {
  return inFile(source.name, async () => {
    const archive = await inPresentLayout(await readArchive(source, progress));
    return withOwnSignature(readGraph(findProgram(archive), progress), options, source.name);
  });
}

/** The graph itself: the inputs and outputs of an exported program are part of it. Throws UserError where others are asked for. */
export function withOwnSignature(graph: Graph, { inputs, outputs }: ReadOptions, file: string): Graph {
  const own = { inputs: graph.inputs.map(({ name }) => name), outputs: graph.outputs.map(({ name }) => name) };
  for (const [key, asked] of [['inputs', inputs], ['outputs', outputs]] as const) {
    if (asked === undefined || (asked.length === own[key].length && asked.every((name) => own[key].includes(name)))) continue;
    throw new UserError(`the ${key} of an exported program are fixed: ${own[key].join(', ')}`, { file, hint: `Leave "${key}" out of the config` });
  }
  return graph;
}
