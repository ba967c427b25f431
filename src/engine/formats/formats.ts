import type { Dialect } from '../dialect';
import { UserError } from '../errors';
import type { Graph } from '../graph/graph';
import type { ByteSink, ByteSource, FolderSink, OpenBeside, Progress } from '../host';
import { SAVED_MODEL_FILES } from './fileTypes';
import { onnxDialect } from './onnx/dialect';
import { notesOn } from './onnx/providers';
import { readOnnx } from './onnx/read';
import { findInputs as findOnnxInputs, findOutputs as findOnnxOutputs } from './onnx/signatureOptions';
import { writeOnnx } from './onnx/write';
import { pytorchDialect } from './pytorch/dialect';
import { notesOn as notesOnProgram } from './pytorch/notes';
import { readExportedProgram, withOwnSignature } from './pytorch/read';
import { writeExportedProgram } from './pytorch/write';
import { readCheckpoint } from './tensorflow/checkpoint/read';
import { withoutDanglingColocations } from './tensorflow/colocation';
import { tensorflowDialect } from './tensorflow/dialect';
import { wholeGraph } from './tensorflow/ownRuntime';
import { readGraphDef, type ReadOptions, withSignature } from './tensorflow/read';
import type { SavedModelChoice } from './tensorflow/savedModel/metaGraph';
import { readSavedModel, withSavedSignature } from './tensorflow/savedModel/read';
import { remarksOn as remarksOnSavedModel } from './tensorflow/savedModel/remarks';
import { writeSavedModel } from './tensorflow/savedModel/write';
import { readGraphDefText, writeGraphDefText } from './tensorflow/text';
import { writeGraphDef } from './tensorflow/write';

export interface WriteOptions {
  /** Name of the file, without its folder, and how to open one beside it that is committed or aborted together with it. */
  readonly fileName?: string;
  readonly openBeside?: (name: string) => Promise<ByteSink>;
  /** How BF16 ops are written where the format has both. */
  readonly bf16: 'native' | 'emulated';
}

interface FileWriter {
  readonly kind: 'file';
  write(graph: Graph, sink: ByteSink, progress: Progress, options: WriteOptions): Promise<void>;
}

interface FolderWriter {
  readonly kind: 'folder';
  write(graph: Graph, folder: FolderSink, progress: Progress, options: WriteOptions): Promise<void>;
}

/** A file format: both ends of the pipeline. */
export interface Format {
  /** Shown to the user. */
  readonly name: string;
  readonly extension: string;
  /** Of a model that is a folder: what the file in it is called that the others belong to. */
  readonly mainFiles?: readonly string[];
  readonly dialect: Dialect;
  /** `beside` opens the files that hold the rest of the model. */
  read(source: ByteSource, options: ReadOptions & SavedModelChoice, progress: Progress, beside: OpenBeside): Promise<Graph>;
  /** How a model is written: as a file, or as a folder; left out where a converted model is written in another format of the framework. */
  readonly writer?: FileWriter | FolderWriter;
  /** Only what the outputs need is read, so that other inputs or outputs mean another graph of the file. */
  readonly readsForOutputs?: boolean;
  /** What the user should know of a file written from the graph, such as where it runs: sentences. */
  notesOn?(graph: Graph, options: Pick<WriteOptions, 'bf16'>): readonly string[];
  /** What the user should know of the opened model, such as what of the file is not in the graph, and why: sentences. */
  remarksOn?(graph: Graph): readonly string[];
  /** The graph with the inputs and outputs the options name, or its own. Throws UserError for a name not in the graph. */
  withSignature(graph: Graph, options: ReadOptions, file: string): Graph;
}

const FORMATS: readonly Format[] = [
  {
    name: 'TensorFlow SavedModel',
    extension: '.savedmodel',
    mainFiles: SAVED_MODEL_FILES,
    dialect: tensorflowDialect,
    read: readSavedModel,
    writer: { kind: 'folder', write: (graph, folder, progress) => writeSavedModel(withoutDanglingColocations(graph), folder, progress) },
    remarksOn: remarksOnSavedModel,
    withSignature: withSavedSignature,
  },
  {
    name: 'TensorFlow checkpoint',
    extension: '.meta',
    dialect: tensorflowDialect,
    read: readCheckpoint,
    readsForOutputs: true,
    remarksOn: remarksOnSavedModel,
    withSignature: withSavedSignature,
  },
  {
    name: 'TensorFlow GraphDef',
    extension: '.pb',
    dialect: tensorflowDialect,
    read: readGraphDef,
    writer: { kind: 'file', write: (graph, sink, progress) => writeGraphDef(wholeGraph(graph), sink, progress) },
    withSignature,
  },
  {
    name: 'TensorFlow GraphDef (text)',
    extension: '.pbtxt',
    dialect: tensorflowDialect,
    read: readGraphDefText,
    writer: { kind: 'file', write: (graph, sink, progress) => writeGraphDefText(wholeGraph(graph), sink, progress) },
    withSignature,
  },
  {
    name: 'ONNX',
    extension: '.onnx',
    dialect: onnxDialect,
    read: readOnnx,
    writer: { kind: 'file', write: writeOnnx },
    notesOn: (graph, { bf16 }) => notesOn(graph, bf16),
    withSignature: (graph, { inputs, outputs }, file) =>
      ({ ...graph, inputs: findOnnxInputs(graph, inputs, file), outputs: findOnnxOutputs(graph, outputs, file) }),
  },
  {
    name: 'PyTorch exported program',
    extension: '.pt2',
    dialect: pytorchDialect,
    read: readExportedProgram,
    writer: { kind: 'file', write: writeExportedProgram },
    notesOn: notesOnProgram,
    withSignature: withOwnSignature,
  },
];

/** What the main file of a model is called where a model is a folder. */
export const MAIN_FILES: readonly string[] = FORMATS.flatMap(({ mainFiles }) => mainFiles ?? []);

/** The format of a file by its name. Throws UserError for any other. */
export function formatOf(path: string): Format {
  const name = nameOf(path);
  const format = FORMATS.find(({ mainFiles }) => mainFiles?.includes(name) ?? false) ?? byExtension(name);
  return format ?? notSupported(path);
}

/**
 * The format a model that was opened as `opened` is written in: that of the extension, or, for a name without one, that of a
 * folder. Throws UserError for an extension of no format and for a format of another framework.
 */
export function formatToWrite(path: string, opened: Format): WritableFormat {
  const name = nameOf(path);
  if (MAIN_FILES.includes(name)) throw new UserError('A file of this name belongs into a folder with others', { file: path, hint: 'Name the folder instead' });
  const format = byExtension(name) ?? (name.includes('.') ? notSupported(path) : FORMATS.find(({ writer }) => writer?.kind === 'folder')!);
  if (format.dialect.framework === opened.dialect.framework && isWritable(format)) return format;
  const own = FORMATS.filter((one) => one.dialect.framework === opened.dialect.framework && isWritable(one)).map(({ extension }) => extension);
  throw new UserError(`A model in the format ${opened.name} cannot be written as ${format.name}`, { file: path, hint: `Choose a name that ends in ${own.join(' or ')}` });
}

type WritableFormat = Format & Required<Pick<Format, 'writer'>>;

function isWritable(format: Format): format is WritableFormat {
  return format.writer !== undefined;
}

function byExtension(name: string): Format | undefined {
  return FORMATS.find(({ extension }) => name.endsWith(extension));
}

/** The last part of a path, in lower case. */
function nameOf(path: string): string {
  return path.toLowerCase().replace(/[\\/]+$/, '').replace(/^.*[\\/]/, '');
}

function notSupported(path: string): never {
  const known = FORMATS.map(({ extension, name, mainFiles }) => `${mainFiles === undefined ? extension : `a folder with ${mainFiles[0]!}`} (${name})`).join(', ');
  throw new UserError('This kind of file is not supported', { file: path, hint: `Supported are ${known}` });
}
