import type { JsonObject } from '../../data/losslessJson';
import type { PartialShape } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import type { Graph, Node } from '../../graph/graph';
import type { Archive } from './archive';
import type { Module } from './modules';

/** A value as the file states it. */
export interface StatedValue {
  /** Unique in the file. */
  readonly name: string;
  /** -1 for a symbolic size; undefined for a value that is no tensor. */
  readonly shape: PartialShape;
}

/** `Node.source` of this format. */
export interface NodeSource {
  /** Types of the outputs and of what each input is to be; int64, float64 and bool for symbolic numbers. */
  readonly outputTypes: readonly (DataType | undefined)[];
  readonly inputTypes: readonly (DataType | undefined)[];
  /** The types before any of them changed, which say what changes together; left out while they are the same. */
  readonly firstTypes?: Pick<NodeSource, 'inputTypes' | 'outputTypes'>;
  /** What the node was read from; none for a node made by a phase. */
  readonly origin?: Origin;
  /** Of a constant made by a phase: id of the one whose values it holds in another form. */
  readonly standsFor?: string;
}

export interface Origin {
  /** The Node of the schema, or the InputSpec of a parameter, buffer, constant or input. */
  readonly message: JsonObject;
  /** One per output. */
  readonly outputs: readonly StatedValue[];
  /** Names of the values read, one per input. */
  readonly inputs: readonly string[];
  readonly module?: Module;
  /** Why its types must stay as they are, in a sentence. */
  fixed?: string;
  /** It computes with positions alone, which BF16 tells apart only up to 256. */
  isOfPositions?: boolean;
  /** What it makes is changed in place later, so it needs memory of its own in each run. */
  isChanged?: boolean;
  /** Of a constant: its name among the weights and constants, and its entry there. */
  readonly tensor?: TensorOrigin;
  /** The node as it was read. */
  original: Node;
}

export interface TensorOrigin {
  readonly name: string;
  readonly table: TableName;
  readonly entry: JsonObject;
}

export type TableName = 'weights' | 'constants';

/** `Graph.source` of this format. */
export interface ProgramSource {
  readonly archive: Archive;
  /** Of the model in the archive: `models/NAME.json`. */
  readonly model: string;
  readonly program: JsonObject;
  /** The weights and constants configs. */
  readonly tables: Readonly<Record<TableName, JsonObject>>;
  /** Producers of the values in `graph.outputs`, by their place there; undefined for one that is no value. */
  original: Graph;
}

export function sourceOf(node: Node): NodeSource {
  return node.source as NodeSource;
}

/** Types of a node's outputs. */
export function outputTypes(node: Node): readonly (DataType | undefined)[] {
  const value = node.attributes.get('value');
  return value?.kind === 'tensor' ? [value.dtype] : sourceOf(node).outputTypes;
}
