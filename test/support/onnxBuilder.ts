import Long from 'long';
import { ModelProto } from '../../src/engine/formats/onnx/messages';
import { dataTypeToEnum } from '../../src/engine/formats/onnx/dataTypes';
import { readOnnx } from '../../src/engine/formats/onnx/read';
import { writeOnnx, type OnnxWriteOptions } from '../../src/engine/formats/onnx/write';
import type { DataType } from '../../src/engine/graph/dataType';
import type { Graph } from '../../src/engine/graph/graph';
import { memorySource, MemorySink } from './memoryFile';

/** Whole numbers are ints, lists of them too; floats and graphs are wrapped. */
export type OnnxAttributeSpec = number | string | readonly number[] | { readonly float: number } | { readonly graph: OnnxGraphSpec } | { readonly reference: string };

export interface OnnxNodeSpec {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name?: string;
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, OnnxAttributeSpec>>;
}

/** A value as type and shape; names and -1 stand for sizes that are not known. */
export type ValueSpec = readonly [DataType, readonly (number | string)[]];

export interface OnnxGraphSpec {
  readonly nodes: readonly OnnxNodeSpec[];
  readonly inputs?: Readonly<Record<string, ValueSpec>>;
  readonly outputs: Readonly<Record<string, ValueSpec>>;
  readonly values?: Readonly<Record<string, ValueSpec>>;
  /** FP32 numbers, or int64 ones. */
  readonly initializers?: Readonly<Record<string, { readonly shape: readonly number[]; readonly float?: readonly number[]; readonly int?: readonly number[]; readonly external?: Readonly<Record<string, string>> }>>;
}

/** A function of the domain `own`, with its attributes that calls need not give. */
export interface OnnxFunctionSpec {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly OnnxNodeSpec[];
  readonly attributes?: Readonly<Record<string, OnnxAttributeSpec>>;
}

interface ModelSpec {
  readonly opset?: number;
  readonly irVersion?: number;
  readonly domains?: Readonly<Record<string, number>>;
  readonly functions?: readonly OnnxFunctionSpec[];
}

/** A serialised ModelProto. */
export function buildOnnx(graph: OnnxGraphSpec, { opset = 17, irVersion = 8, domains = {}, functions = [] }: ModelSpec = {}): Uint8Array {
  const opsetImport = [{ domain: '', version: opset }, ...Object.entries(domains).map(([domain, version]) => ({ domain, version }))];
  return ModelProto.encode({
    irVersion, opsetImport, graph: graphMessage(graph),
    functions: functions.map(({ name, inputs: input, outputs: output, nodes, attributes = {} }) => ({
      name, domain: 'own', input, output, opsetImport, node: nodes.map(nodeMessage), attributeProto: attributeMessages(attributes),
    })),
  }).finish();
}

function graphMessage({ nodes, inputs = {}, outputs, values = {}, initializers = {} }: OnnxGraphSpec): object {
  return {
    name: 'test',
    node: nodes.map(nodeMessage),
    initializer: Object.entries(initializers).map(([name, { shape, float, int, external }]) => ({
      name, dims: shape, dataType: dataTypeToEnum(int === undefined ? 'float32' : 'int64'),
      ...(external === undefined ? { rawData: rawData(float, int) } : { dataLocation: 1, externalData: Object.entries(external).map(([key, value]) => ({ key, value })) }),
    })),
    input: Object.entries(inputs).map(valueInfo),
    output: Object.entries(outputs).map(valueInfo),
    valueInfo: Object.entries(values).map(valueInfo),
  };
}

function nodeMessage({ op, inputs: input, outputs: output, name, domain, attributes = {} }: OnnxNodeSpec): object {
  return { input, output, opType: op, ...(name === undefined ? {} : { name }), ...(domain === undefined ? {} : { domain }), attribute: attributeMessages(attributes) };
}

function attributeMessages(attributes: Readonly<Record<string, OnnxAttributeSpec>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ name: key, ...attributeMessage(value) }));
}

function rawData(float: readonly number[] | undefined, int: readonly number[] | undefined): Uint8Array {
  const data = int === undefined ? Float32Array.from(float ?? []) : BigInt64Array.from(int, BigInt);
  return new Uint8Array(data.buffer);
}

function valueInfo([name, [dtype, shape]]: readonly [string, ValueSpec]): object {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : size < 0 ? {} : { dimValue: size }));
  return { name, type: { tensorType: { elemType: dataTypeToEnum(dtype), shape: { dim } } } };
}

function attributeMessage(value: OnnxAttributeSpec): object {
  if (typeof value === 'number') return { type: 2, i: Long.fromNumber(value) };
  if (typeof value === 'string') return { type: 3, s: new TextEncoder().encode(value) };
  if ('float' in value) return { type: 1, f: value.float };
  // All attributes that refer to others here are floats.
  if ('reference' in value) return { type: 1, refAttrName: value.reference };
  return 'graph' in value ? { type: 5, g: graphMessage(value.graph) } : { type: 7, ints: value.map((item) => Long.fromNumber(item)) };
}

export function readBytes(bytes: Uint8Array): Promise<Graph> {
  return readOnnx(memorySource(bytes, 'model.onnx'), {});
}

export async function writtenBytes(graph: Graph, options: OnnxWriteOptions = { bf16: 'native' }): Promise<Uint8Array> {
  const sink = new MemorySink();
  await writeOnnx(graph, sink, undefined, options);
  return sink.bytes();
}

/** The message of serialised bytes, as a plain object. */
export function decoded(bytes: Uint8Array): {
  irVersion: number; opsetImport: { domain: string; version: number }[];
  graph: { node: { name: string; opType: string; input: string[]; output: string[] }[]; initializer: { name: string; dataLocation: number }[]; input: { name: string }[]; output: { name: string }[]; valueInfo: { name: string }[] };
} {
  return ModelProto.toObject(ModelProto.decode(bytes), { longs: Number, defaults: true, arrays: true }) as ReturnType<typeof decoded>;
}
