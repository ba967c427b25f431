import type { Dialect } from '../dialect';
import { UserError } from '../errors';
import type { Graph } from '../graph/graph';
import type { ByteSink, ByteSource, OpenBeside, Progress } from '../host';
import { onnxDialect } from './onnx/dialect';
import { notesOn } from './onnx/providers';
import { readOnnx } from './onnx/read';
import { findInputs as findOnnxInputs, findOutputs as findOnnxOutputs } from './onnx/signatureOptions';
import { writeOnnx } from './onnx/write';
import { pytorchDialect } from './pytorch/dialect';
import { notesOn as notesOnProgram } from './pytorch/notes';
import { readExportedProgram, withOwnSignature } from './pytorch/read';
import { writeExportedProgram } from './pytorch/write';
import { withoutDanglingColocations } from './tensorflow/colocation';
import { tensorflowDialect } from './tensorflow/dialect';
import { findInputs, findOutputs } from './tensorflow/ioSignature';
import { readGraphDef, type ReadOptions } from './tensorflow/read';
import { readGraphDefText, writeGraphDefText } from './tensorflow/text';
import { writeGraphDef } from './tensorflow/write';

export interface WriteOptions {
  /** How BF16 ops are written where the format has both. */
  readonly bf16: 'native' | 'emulated';
}

/** A file format: both ends of the pipeline. */
export interface Format {
  /** Shown to the user. */
  readonly name: string;
  readonly extension: string;
  readonly dialect: Dialect;
  /** `beside` opens the files that hold the rest of the model. */
  read(source: ByteSource, options: ReadOptions, progress: Progress, beside: OpenBeside): Promise<Graph>;
  write(graph: Graph, sink: ByteSink, progress: Progress, options: WriteOptions): Promise<void>;
  /** What the user should know of a file written from the graph, such as where it runs: sentences. */
  notesOn?(graph: Graph, options: Pick<WriteOptions, 'bf16'>): readonly string[];
  /** The graph with the inputs and outputs the options name, or its own. Throws UserError for a name not in the graph. */
  withSignature(graph: Graph, options: ReadOptions, file: string): Graph;
}

const withSignature: Format['withSignature'] = (graph, { inputs, outputs }, file) => ({
  ...graph, inputs: findInputs(graph, inputs, file), outputs: findOutputs(graph, outputs, file),
});

const FORMATS: readonly Format[] = [
  {
    name: 'TensorFlow GraphDef',
    extension: '.pb',
    dialect: tensorflowDialect,
    read: readGraphDef,
    write: (graph, sink, progress) => writeGraphDef(withoutDanglingColocations(graph), sink, progress),
    withSignature,
  },
  {
    name: 'TensorFlow GraphDef (text)',
    extension: '.pbtxt',
    dialect: tensorflowDialect,
    read: readGraphDefText,
    write: (graph, sink, progress) => writeGraphDefText(withoutDanglingColocations(graph), sink, progress),
    withSignature,
  },
  {
    name: 'ONNX',
    extension: '.onnx',
    dialect: onnxDialect,
    read: readOnnx,
    write: writeOnnx,
    notesOn: (graph, { bf16 }) => notesOn(graph, bf16),
    withSignature: (graph, { inputs, outputs }, file) =>
      ({ ...graph, inputs: findOnnxInputs(graph, inputs, file), outputs: findOnnxOutputs(graph, outputs, file) }),
  },
  {
    name: 'PyTorch exported program',
    extension: '.pt2',
    dialect: pytorchDialect,
    read: readExportedProgram,
    write: writeExportedProgram,
    notesOn: notesOnProgram,
    withSignature: withOwnSignature,
  },
];

/** The format a model that was opened as `opened` is written in, by the file's extension. Throws UserError for one of another framework. */
export function formatToWrite(path: string, opened: Format): Format {
  const format = formatOf(path);
  if (format.dialect.framework === opened.dialect.framework) return format;
  const own = FORMATS.filter(({ dialect }) => dialect.framework === opened.dialect.framework).map(({ extension }) => extension);
  throw new UserError(`A model in the format ${opened.name} cannot be written as ${format.name}`, { file: path, hint: `Choose a name that ends in ${own.join(' or ')}` });
}

/** The format of a file by its extension. Throws UserError for any other. */
export function formatOf(path: string): Format {
  const format = FORMATS.find((candidate) => path.toLowerCase().endsWith(candidate.extension));
  if (format !== undefined) return format;
  const known = FORMATS.map((candidate) => `${candidate.extension} (${candidate.name})`).join(', ');
  throw new UserError('This kind of file is not supported', { file: path, hint: `Supported are ${known}` });
}
