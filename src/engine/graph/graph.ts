import type { Attribute, PartialShape } from './attribute';
import type { DataType } from './dataType';

/** One tensor-carrying edge source: output `output` of the node with id `node`. */
export interface ValueRef {
  readonly node: string;
  readonly output: number;
}

/**
 * One operation. Nodes are immutable: a rewrite replaces a node by a new object with the same id, so snapshots share
 * every node that no rewrite touched.
 */
export interface Node {
  /** Stable key in the graph, equal to the name in the opened file; survives renaming. */
  readonly id: string;
  /** Name written to the file. */
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly ValueRef[];
  /** Ids of nodes that must run before this one without passing a value. */
  readonly controlInputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly device?: string;
  /** What the format needs to write the node back unchanged; opaque to everyone else. */
  readonly source?: unknown;
}

/** An input the user feeds, or an inner value the user chose as one. */
export interface ModelInput {
  readonly name: string;
  readonly value: ValueRef;
  readonly dtype: DataType | undefined;
  readonly shape: PartialShape;
}

/** A value the caller of the model fetches; its name, dtype and shape never change under conversion. */
export interface ModelOutput {
  readonly name: string;
  readonly value: ValueRef;
  readonly dtype: DataType | undefined;
}

/** One way to call a model that has several: what is given and fetched together, by the names that its callers use. */
export interface ModelSignature {
  readonly name: string;
  /** Names of `Graph.inputs`. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Names of `Graph.outputs`. */
  readonly outputs: ReadonlyMap<string, string>;
}

export interface Graph {
  /** In file order. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** Of all signatures; no two have one name. */
  readonly inputs: readonly ModelInput[];
  /** Of all signatures; no two have one name. */
  readonly outputs: readonly ModelOutput[];
  /** The one callers mean when they name none comes first. Left out by formats that know no signatures: one with all inputs and outputs. */
  readonly signatures?: readonly ModelSignature[];
  /** File-level content that is no node (versions, function library, …); opaque to all but the format. */
  readonly source?: unknown;
}

/** Any lookup of nodes by id: a graph's table or a rewriter's. */
export interface NodeTable {
  get(id: string): Node | undefined;
}

/** `node:output`, the key of a value in ranges, messages and maps. */
export function valueKey(value: ValueRef): string {
  return `${value.node}:${value.output}`;
}

/** Each value once, in their order. */
export function uniqueValues(values: readonly ValueRef[]): ValueRef[] {
  return [...new Map(values.map((value) => [valueKey(value), value])).values()];
}
