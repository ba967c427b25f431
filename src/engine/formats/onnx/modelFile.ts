import { UserError } from '../../errors';
import { readerOf } from '../protobuf';
import { canonicalDomain } from '../../capabilities/onnx';
import { OperatorSetIdProto } from './messages';
import { notOnnx } from './recognise';

/** Field numbers of onnx.proto that are framed by hand. */
export const MODEL = { irVersion: 1, graph: 7, opsetImport: 8, trainingInfo: 20, functions: 25 } as const;
export const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, valueInfo: 13, sparseInitializer: 15 } as const;

/** One field of a message: tag, length and payload, and where the payload begins. */
export interface Field {
  readonly number: number;
  readonly start: number;
  readonly payload: number;
  readonly end: number;
}

/** A ModelProto by its fields and those of its graph. */
export interface ModelFile {
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
  readonly graphFields: readonly Field[];
  readonly irVersion: number;
  /** Version of each operator set, by domain; the default domain is ''. */
  readonly opsets: ReadonlyMap<string, number>;
}

/** Takes a ModelProto apart. Throws UserError for a file that is none, and for one that is cut off. */
export function modelFile(bytes: Uint8Array, file: string): ModelFile {
  const fields = fieldsOf(bytes, 0, bytes.length);
  const graph = fields?.find(({ number }) => number === MODEL.graph);
  const graphFields = graph === undefined ? undefined : fieldsOf(bytes, graph.payload, graph.end);
  if (fields === undefined || graph === undefined || graphFields === undefined) throw notOnnx(bytes, file);
  if (fields.filter(({ number }) => number === MODEL.graph).length > 1) throw new UserError('the model has two graphs', { file, hint: 'Export the model again' });
  try {
    return { bytes, fields, graphFields, ...versionsIn(bytes, fields) };
  } catch {
    throw notOnnx(bytes, file);
  }
}

function versionsIn(bytes: Uint8Array, fields: readonly Field[]): Pick<ModelFile, 'irVersion' | 'opsets'> {
  let irVersion = 0;
  const opsets = new Map<string, number>();
  for (const { number, start, payload, end } of fields) {
    if (number === MODEL.irVersion) irVersion = Number(readerAt(bytes, start, end).int64());
    if (number !== MODEL.opsetImport) continue;
    const { domain, version } = OperatorSetIdProto.decode(readerOf(bytes.subarray(payload, end))) as unknown as { domain: string; version: number };
    opsets.set(canonicalDomain(domain), Number(version));
  }
  // Files of IR version 1 and 2 have no operator sets: they are in the first one.
  if (!opsets.has('')) opsets.set('', 1);
  return { irVersion, opsets };
}

function readerAt(bytes: Uint8Array, start: number, end: number): ReturnType<typeof readerOf> {
  const reader = readerOf(bytes.subarray(start, end));
  reader.tag();
  return reader;
}

/** The fields of the message in [start, end), or undefined where the bytes are none. */
export function fieldsOf(bytes: Uint8Array, start: number, end: number): Field[] | undefined {
  const reader = readerOf(bytes.subarray(start, end));
  const fields: Field[] = [];
  try {
    while (reader.pos < reader.len) {
      const at = reader.pos;
      const tag = reader.tag();
      let payload = reader.pos;
      if ((tag & 7) === 2) {
        const length = reader.uint32();
        payload = reader.pos;
        reader.skip(length);
      } else reader.skipType(tag & 7, 0, tag >>> 3);
      fields.push({ number: tag >>> 3, start: start + at, payload: start + payload, end: start + reader.pos });
    }
  } catch {
    return undefined;
  }
  return fields;
}
