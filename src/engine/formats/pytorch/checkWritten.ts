import type { JsonObject } from '../../data/losslessJson';
import { type Graph, valueKey } from '../../graph/graph';
import { NO_PROGRESS } from '../../host';
import type { Piece } from '../lazyBytes';
import type { Archive } from './archive';
import type { ProgramFile } from './program';
import { readGraph } from './readGraph';
import { outputTypes, type ProgramSource, sourceOf } from './source';

/**
 * Checks what is about to be written, for torch looks at names but not at types: every op gets the types it reads, every
 * value is made once and before it is read, inputs and outputs agree with the signature, and weights have as many bytes as
 * their types and shapes need. Throws an Error: a phase or the writer is wrong, not the model.
 */
export function checkWritten(graph: Graph, program: JsonObject, tables: ProgramFile['tables'], records: ReadonlyMap<string, Piece>): void {
  for (const node of graph.nodes.values()) {
    node.inputs.forEach((value, input) => {
      const wanted = sourceOf(node).inputTypes[input];
      const given = outputTypes(graph.nodes.get(value.node)!)[value.output];
      if (wanted !== given) throw new Error(`${node.name} reads ${valueKey(value)} as ${wanted}, but it is ${given}`);
    });
  }
  const { archive, model } = graph.source as ProgramSource;
  try {
    // Only the lengths of records are looked at, which those still to be made have too.
    readGraph({ archive: { ...archive, records } as Archive, model, program, tables }, NO_PROGRESS);
  } catch (error) {
    throw new Error(`the exported program to be written cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
