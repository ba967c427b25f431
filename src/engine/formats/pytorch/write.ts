import { type Json, type JsonObject, writeJson } from '../../data/losslessJson';
import { ZipWriter } from '../../data/zipWriter';
import type { Graph } from '../../graph/graph';
import { NO_PROGRESS, type ByteSink, type Progress } from '../../host';
import { bytesOf, type Piece } from '../lazyBytes';
import { checkWritten } from './checkWritten';
import { encodeConstants } from './encodeConstants';
import { encodeProgram } from './encodeProgram';
import { convertedNodes } from './notes';
import type { ProgramSource } from './source';
import { ValueNames } from './valueNames';

/** What was converted; torch.export.load gives it to those who ask for it in `extra_files`. */
const RECORD = 'extra/mixed_precision.json';
/** A hash of what the archive held; torch does without it. */
const SERIALIZATION_ID = '.data/serialization_id';

/**
 * Appends the graph to `sink` as an archive of torch.export.save, in the layout of torch 2.9 and newer; the caller commits
 * or aborts. Records that were not changed since reading are copied byte for byte.
 */
export async function writeExportedProgram(graph: Graph, sink: ByteSink, progress: Progress = NO_PROGRESS): Promise<void> {
  await writeRecords(recordsOf(graph), sink, progress);
}

/** What is written of a graph: content of the archive's records by name, and what values are called in it. */
export interface ProgramRecords {
  readonly root: string;
  readonly records: ReadonlyMap<string, Piece>;
  readonly names: ValueNames;
}

export function recordsOf(graph: Graph): ProgramRecords {
  const { archive } = graph.source as ProgramSource;
  const names = new ValueNames(graph);
  return { root: archive.root, records: isUntouched(graph) ? archive.records : changedRecords(graph, names), names };
}

/** Appends the archive; the caller commits or aborts. */
export async function writeRecords({ root, records }: ProgramRecords, sink: ByteSink, progress: Progress): Promise<void> {
  const zip = new ZipWriter(sink);
  let done = 0;
  for (const [name, content] of records) {
    progress.throwIfCancelled();
    progress.report('Writing the archive', done++ / records.size);
    await zip.add(`${root}/${name}`, content.length, bytesOf([content]));
  }
  await zip.finish();
}

function isUntouched(graph: Graph): boolean {
  const { original } = graph.source as ProgramSource;
  const isSameNode = ([id, node]: readonly [string, unknown]): boolean => original.nodes.get(id) === node;
  return graph.nodes.size === original.nodes.size && [...graph.nodes].every(isSameNode)
    && graph.outputs.every(({ value }, index) => value.node === original.outputs[index]!.value.node && value.output === original.outputs[index]!.value.output);
}

/** Content of all records by name, those of the file first where they were. */
function changedRecords(graph: Graph, names: ValueNames): ReadonlyMap<string, Piece> {
  const { archive, model } = graph.source as ProgramSource;
  const constants = encodeConstants(graph, names);
  const program = encodeProgram(graph, constants, names);
  const changed = new Map<string, Piece | undefined>(constants.records)
    .set(SERIALIZATION_ID, undefined)
    .set(`data/weights/${model}_weights_config.json`, jsonBytes(constants.tables.weights))
    .set(`data/constants/${model}_constants_config.json`, jsonBytes(constants.tables.constants))
    .set(`models/${model}.json`, jsonBytes(program));
  const { bf16, int8 } = convertedNodes(graph);
  changed.set(RECORD, jsonBytes(new Map<string, Json>([['converted_by', 'Mixed Precision'], ['bf16', bf16], ['int8', int8]])));
  const added = [...changed].filter(([name]) => !archive.records.has(name));
  const records = new Map<string, Piece>();
  for (const [name, content] of [...added, ...archive.records, ...changed]) {
    if (content !== undefined) records.set(name, content);
  }
  for (const [name, content] of changed) if (content === undefined) records.delete(name);
  checkWritten(graph, program, constants.tables, records);
  return records;
}

function jsonBytes(json: JsonObject): Uint8Array {
  return new TextEncoder().encode(writeJson(json));
}
