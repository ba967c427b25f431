import protobuf from 'protobufjs/light';
import type Long from 'long';
import { messageTypes } from '../../protobuf';
import { type, type TensorShapeMessage } from '../messages';

/** Reflected message types of tensorflow/core/protobuf/{saved_model,meta_graph,saver,tensor_bundle}.proto. */
export const SavedModel = type('SavedModel');
export const MetaGraphDef = type('MetaGraphDef');
export const MetaInfoDef = type('MetaGraphDef.MetaInfoDef');
export const SaverDef = type('SaverDef');
export const SignatureDef = type('SignatureDef');
export const CollectionDef = type('CollectionDef');
export const AssetFileDef = type('AssetFileDef');
export const BundleHeader = type('BundleHeaderProto');
export const BundleEntry = type('BundleEntryProto');
export const OpDef = type('OpDef');

/** A map field, which the type of a message's fields does not provide for. */
function mapOf(type: string, id: number): protobuf.IField {
  const field = { keyType: 'string', type, id };
  return field;
}

const frame = messageTypes(() => protobuf.Root.fromJSON({
  nested: {
    SavedModelFrame: { edition: 'proto3', fields: { schemaVersion: { type: 'int64', id: 1 }, metaGraphs: { rule: 'repeated', type: 'bytes', id: 2 } } },
    MetaGraphFrame: {
      edition: 'proto3',
      fields: {
        metaInfoDef: { type: 'bytes', id: 1 },
        graphDef: { type: 'bytes', id: 2 },
        saverDef: { type: 'bytes', id: 3 },
        collectionDef: mapOf('bytes', 4),
        signatureDef: mapOf('bytes', 5),
        assetFileDef: { rule: 'repeated', type: 'bytes', id: 6 },
      },
    },
    LibraryFrame: { edition: 'proto3', fields: { function: { rule: 'repeated', type: 'bytes', id: 1 } } },
    FunctionFrame: {
      edition: 'proto3',
      fields: {
        signature: { type: 'bytes', id: 1 },
        nodeDef: { rule: 'repeated', type: 'bytes', id: 3 },
        ret: mapOf('string', 4),
        controlRet: mapOf('string', 6),
      },
    },
  },
}));

/** SavedModel, MetaGraphDef, FunctionDefLibrary and FunctionDef with what they hold left in bytes. */
export const SavedModelFrame = frame('SavedModelFrame');
export const MetaGraphFrame = frame('MetaGraphFrame');
export const LibraryFrame = frame('LibraryFrame');
export const FunctionFrame = frame('FunctionFrame');

export interface MetaGraphFrameMessage {
  metaInfoDef: Uint8Array;
  graphDef: Uint8Array;
  saverDef: Uint8Array;
  collectionDef: Record<string, Uint8Array>;
  signatureDef: Record<string, Uint8Array>;
  assetFileDef: Uint8Array[];
}

export interface FunctionFrameMessage {
  signature: Uint8Array;
  nodeDef: Uint8Array[];
  ret: Record<string, string>;
  controlRet: Record<string, string>;
}

export interface OpDefMessage {
  name: string;
  inputArg: ArgDefMessage[];
  outputArg: ArgDefMessage[];
}

interface ArgDefMessage {
  name: string;
  type: number;
  typeAttr: string;
  numberAttr: string;
  typeListAttr: string;
}

export interface MetaInfoMessage {
  tags: string[];
  tensorflowVersion: string;
}

export interface SignatureMessage {
  inputs: Record<string, TensorInfoMessage>;
  outputs: Record<string, TensorInfoMessage>;
  methodName: string;
}

export interface TensorInfoMessage {
  encoding?: 'name' | 'cooSparse' | 'compositeTensor';
  name?: string;
  dtype: number;
  tensorShape?: TensorShapeMessage | null;
}

export interface AssetFileMessage {
  tensorInfo?: TensorInfoMessage;
  filename: string;
}

export interface BundleEntryMessage {
  dtype: number;
  shape?: TensorShapeMessage | null;
  shardId: number;
  offset: Long | number;
  size: Long | number;
  crc32c: number;
  slices: TensorSliceMessage[];
}

/** Without `has_length_hack`, as the schema calls it, an extent is the whole dimension. */
export interface TensorSliceMessage {
  extent: { start: Long | number; length: Long | number; has_length_hack?: 'length' }[];
}
