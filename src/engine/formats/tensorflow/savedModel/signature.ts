import { UserError } from '../../../errors';
import type { PartialShape } from '../../../graph/attribute';
import type { DataType } from '../../../graph/dataType';
import { freeName } from '../../../graph/freeName';
import type { Node, ValueRef } from '../../../graph/graph';
import { shapeFromMessage } from '../attributes';
import { dataTypeFromEnum } from '../dataTypes';
import type { Body } from './body';
import type { SignatureMessage, TensorInfoMessage } from './messages';

/** An input or output of a signature; its name is that by which callers know it. */
export interface SignatureTensor {
  readonly name: string;
  /** What it is called among the inputs or outputs of all signatures. */
  readonly graphName: string;
  /** In the main graph. */
  readonly value: ValueRef;
  readonly dtype: DataType | undefined;
  readonly shape: PartialShape;
  /** As the file has it, but for the value. */
  readonly message: TensorInfoMessage;
}

/** What callers give and get. */
export interface Signature {
  readonly name: string;
  /** What serving systems call it by. */
  readonly methodName: string;
  readonly inputs: readonly SignatureTensor[];
  readonly outputs: readonly SignatureTensor[];
}

/** The signature of a SignatureDef, in the order of its names. Throws UserError for sparse and composite tensors and values not in the graph. */
export function readSignature(name: string, { inputs, outputs, methodName }: SignatureMessage, main: Body, file: string): Signature {
  const read = (tensors: Record<string, TensorInfoMessage>): SignatureTensor[] =>
    Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, info]) => readTensor(key, info, name, main, file));
  const signature = { name, methodName, inputs: read(inputs), outputs: read(outputs) };
  if (signature.outputs.length === 0) throw new UserError(`the signature "${name}" has no outputs`, { file, hint: 'Choose another signature with "signature" in the config' });
  return signature;
}

function readTensor(key: string, info: TensorInfoMessage, signature: string, main: Body, file: string): SignatureTensor {
  const where = `"${key}" of the signature "${signature}"`;
  if (info.encoding !== undefined && info.encoding !== 'name') {
    throw new UserError(`${where} is a ${info.encoding === 'cooSparse' ? 'sparse' : 'composite'} tensor, which this version cannot convert`, { file, hint: 'Export a signature with dense tensors' });
  }
  const match = /^(.+?)(?::(\d{1,9}))?$/.exec(info.name ?? '');
  const node = match?.[1] ?? '';
  if (!main.nodes.has(node)) throw new UserError(`${where} is "${info.name ?? ''}", which is not in the graph`, { file, hint: 'Export the SavedModel again' });
  return { name: key, graphName: key, value: { node, output: Number(match?.[2] ?? 0) }, dtype: dataTypeFromEnum(info.dtype), shape: info.tensorShape ? shapeFromMessage(info.tensorShape) : undefined, message: info };
}

const NODE_NAME = /^[A-Za-z0-9.][A-Za-z0-9_.\\/>-]*$/;

/** Whether a node of the graph could be called so. */
export function isFreeName(name: string, nodes: ReadonlyMap<string, Node>): boolean {
  return NODE_NAME.test(name) && !nodes.has(name);
}

/** A name for a node that no node of the graph has: `base`, else `base_1`, … Characters TensorFlow does not allow become `_`. */
export function freeNodeName(base: string, nodes: ReadonlyMap<string, Node>): string {
  const allowed = base.replace(/[^A-Za-z0-9_.\\/>-]/g, '_').replace(/^[^A-Za-z0-9.]/, '.$&');
  return freeName(allowed, (name) => nodes.has(name));
}
