import { readNpz } from '../../src/engine/data/npz';
import { UserError } from '../../src/engine/errors';
import { dataTypeToEnum } from '../../src/engine/formats/tensorflow/dataTypes';
import { SavedModel } from '../../src/engine/formats/tensorflow/savedModel/messages';
import { savedModelFromBytes } from '../../src/engine/formats/tensorflow/savedModel/read';
import type { SavedModelChoice } from '../../src/engine/formats/tensorflow/savedModel/metaGraph';
import type { ReadOptions } from '../../src/engine/formats/tensorflow/read';
import type { DataType } from '../../src/engine/graph/dataType';
import type { Graph } from '../../src/engine/graph/graph';
import type { Tensor } from '../../src/engine/graph/tensor';
import { NO_PROGRESS } from '../../src/engine/host';
import { openFileSource } from '../../src/worker/nodeHost';
import { buildMessage, type NodeSpec } from './graphBuilder';

export interface FunctionSpec {
  readonly name: string;
  /** Types of arguments and results by name. */
  readonly args: Readonly<Record<string, DataType>>;
  readonly results: Readonly<Record<string, DataType>>;
  /** Inputs as inside a FunctionDef: `node:output_argument:0` or the name of an argument. */
  readonly nodes: readonly NodeSpec[];
  readonly returns: Readonly<Record<string, string>>;
  readonly effects?: readonly string[];
}

export interface SavedModelSpec {
  readonly nodes: readonly NodeSpec[];
  readonly functions?: readonly FunctionSpec[];
  readonly signatures?: Readonly<Record<string, {
    readonly inputs?: Readonly<Record<string, string>>;
    readonly outputs: Readonly<Record<string, string>>;
    /** Of every input and output; default [-1]. */
    readonly shape?: readonly number[];
  }>>;
  readonly tags?: readonly string[];
  readonly restoreOp?: string;
}

const argument = ([name, type]: [string, DataType]): object => ({ name, type: dataTypeToEnum(type) });
const tensors = (names: Readonly<Record<string, string>> = {}, shape: readonly number[] = [-1]): object =>
  Object.fromEntries(Object.entries(names).map(([key, name]) => [key, { name, dtype: 1, tensorShape: { dim: shape.map((size) => ({ size })) } }]));

/** Graphs as a serialised SavedModel; nothing is checked. */
export function buildSavedModel(...graphs: readonly SavedModelSpec[]): Uint8Array {
  return SavedModel.encode({
    savedModelSchemaVersion: 1,
    metaGraphs: graphs.map(({ nodes, functions = [], signatures = {}, tags = ['serve'], restoreOp = '' }) => ({
      metaInfoDef: { tags, tensorflowVersion: '2.21.0' },
      graphDef: {
        ...buildMessage(nodes),
        library: {
          function: functions.map((made) => ({
            signature: { name: made.name, inputArg: Object.entries(made.args).map(argument), outputArg: Object.entries(made.results).map(argument) },
            nodeDef: buildMessage(made.nodes).node,
            ret: made.returns,
            controlRet: Object.fromEntries((made.effects ?? []).map((name) => [name, name])),
          })),
        },
      },
      saverDef: { restoreOpName: restoreOp },
      signatureDef: Object.fromEntries(Object.entries(signatures).map(([name, { inputs, outputs, shape }]) => [name, { inputs: tensors(inputs, shape), outputs: tensors(outputs, shape) }])),
    })),
  }).finish();
}

/** The graph of a SavedModel that keeps nothing beside its main file. */
export function openBuilt(bytes: Uint8Array, options: ReadOptions & SavedModelChoice = {}): Promise<Graph> {
  return savedModelFromBytes(bytes, 'saved_model.pb', options, NO_PROGRESS, async (path) => {
    throw new UserError('Cannot read it: there is no such file or folder', { file: path });
  });
}

/** A call of a function by PartitionedCall. */
export function call(name: string, callee: string, inputs: readonly string[], types: readonly DataType[], results: readonly DataType[], op = 'PartitionedCall'): NodeSpec {
  return { name, op, inputs, attrs: { Tin: { kind: 'types', value: types }, Tout: { kind: 'types', value: results }, f: { kind: 'function', value: callee } } };
}

/** Arrays of an .npz file. */
export async function arraysOf(file: string): Promise<ReadonlyMap<string, Tensor>> {
  return readNpz(await openFileSource(file));
}
