import { UserError } from '../../errors';
import { readerOf } from '../protobuf';
import { GraphDef, type NodeDefMessage } from './messages';

interface Kind {
  readonly matches: (bytes: Uint8Array) => boolean;
  readonly message: string;
  readonly hint: string;
}

/** What to do with the main file of a SavedModel under another name. */
export const SAVED_MODEL_HINT = 'Open the folder it belongs to, in which it is called saved_model.pb (or saved_model.pbtxt) and lies beside the folder variables';

/** What people open by mistake, most telling first; the checks look at a few bytes or skip through the top-level fields. */
const KINDS: readonly Kind[] = [
  {
    matches: (bytes) => startsWith(bytes, 'version https://git-lfs'),
    message: 'the file is a Git LFS pointer, not the model itself',
    hint: 'Run "git lfs pull"',
  },
  {
    matches: (bytes) => /^\s*<(!doctype|!--|\?xml|html|head|body)/i.test(text(bytes, 256)),
    message: 'the file is an HTML or XML page, not a model',
    hint: 'The download probably failed: download the model again',
  },
  {
    matches: (bytes) => startsWith(bytes, '\x89HDF'),
    message: 'the file is a Keras HDF5 model, not a GraphDef',
    hint: 'Load it in TensorFlow and export a frozen graph',
  },
  {
    matches: (bytes) => startsWith(bytes, 'PK\x03\x04'),
    message: 'the file is a zip archive, not a GraphDef',
    hint: 'Unpack it, or export a frozen graph from the Keras model',
  },
  {
    matches: (bytes) => text(bytes, 8).slice(4) === 'TFL3',
    message: 'the file is a TensorFlow Lite model, not a GraphDef',
    hint: 'Choose the frozen graph it was converted from',
  },
  {
    matches: (bytes) => /^\s*(#[^\n]*\n\s*)*(node|versions|library)\s*[:{]/.test(text(bytes, 4096)),
    message: 'the file is a GraphDef in text form, not in binary form',
    hint: 'Rename it to .pbtxt',
  },
  {
    matches: (bytes) => holdsMetaGraph(fieldsOf(bytes)?.get('2:2')),
    message: 'the file is the saved_model.pb of a SavedModel under another name',
    hint: SAVED_MODEL_HINT,
  },
  {
    matches: (bytes) => holdsMetaGraph(bytes),
    message: 'the file is a MetaGraphDef (the graph of a checkpoint), not a GraphDef',
    hint: 'Open it as NAME.meta, beside the NAME.index and NAME.data files of the checkpoint',
  },
  {
    matches: (bytes) => hasFields(bytes, '1:0', '7:2'),
    message: 'the file is an ONNX model, not a TensorFlow GraphDef',
    hint: 'Open it under its own extension, .onnx',
  },
];

/** The error for a file that is something else than a GraphDef, or undefined when it is nothing known. */
export function notAGraphDef(bytes: Uint8Array, file: string): UserError | undefined {
  const kind = KINDS.find(({ matches }) => matches(bytes));
  return kind && new UserError(kind.message, { file, hint: kind.hint });
}

function hasFields(bytes: Uint8Array, ...keys: readonly string[]): boolean {
  const fields = fieldsOf(bytes);
  return fields !== undefined && keys.every((key) => fields.has(key));
}

/** First payload of each `FIELD:WIRETYPE` at the top level, or undefined where the bytes are no protobuf message. */
function fieldsOf(bytes: Uint8Array): Map<string, Uint8Array> | undefined {
  const fields = new Map<string, Uint8Array>();
  const reader = readerOf(bytes);
  try {
    while (reader.pos < reader.len) {
      const tag = reader.tag();
      const key = `${tag >>> 3}:${tag & 7}`;
      if ((tag & 7) === 2) {
        const payload = reader.bytes();
        if (!fields.has(key)) fields.set(key, payload);
      } else {
        reader.skipType(tag & 7, 0, tag >>> 3);
        if (!fields.has(key)) fields.set(key, bytes.subarray(0, 0));
      }
    }
  } catch {
    return undefined;
  }
  return fields;
}

/** Whether the bytes are a MetaGraphDef: field 1 is its MetaInfoDef, field 2 its GraphDef. */
function holdsMetaGraph(bytes: Uint8Array | undefined): boolean {
  const graph = bytes && fieldsOf(bytes)?.get('2:2');
  if (graph === undefined || graph.length === 0) return false;
  try {
    const { node } = GraphDef.decode(readerOf(graph)) as unknown as { node: NodeDefMessage[] };
    return node.length > 0 && node.every(({ name, op }) => /^[A-Za-z0-9.]/.test(name) && op !== '');
  } catch {
    return false;
  }
}

function startsWith(bytes: Uint8Array, prefix: string): boolean {
  return text(bytes, prefix.length) === prefix;
}

/** The first bytes as Latin-1. */
function text(bytes: Uint8Array, length: number): string {
  return String.fromCharCode(...bytes.subarray(0, length));
}
