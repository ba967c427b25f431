import type { DataType } from '../graph/dataType';
import type { Dialect } from '../dialect';
import type { Attribute, PartialShape } from '../graph/attribute';
import type { Graph, Node, ValueRef } from '../graph/graph';
import type { Tensor } from '../graph/tensor';
import type { ControlFlow } from './controlFlow';
import type { OnnxNode } from './onnxModel';

/**
 * A list of tensors as TensorFlow's TensorList (a value: writing makes a new list) and TensorArray (a resource: writing
 * changes it, the order of writes is kept by the `flow` tensors) pass it along edges.
 */
export interface TensorList {
  readonly dtype: 'variant' | 'resource';
  readonly elementType: DataType;
  readonly elementShape: PartialShape;
  readonly elements: (Tensor | undefined)[];
}

/** What travels along an edge while a graph runs. */
export type RuntimeValue = Tensor | TensorList;

/** An input of a kernel: constants become part of the ONNX model, so that they cross to the kernel process once. */
export interface KernelOperand {
  readonly tensor: Tensor;
  readonly constant: boolean;
}

/**
 * What a row of the op table sees of the node it computes. bfloat16 and float16 inputs of arithmetic rows arrive as
 * float32; the executor rounds float results to the node's own output type.
 */
export interface OpContext {
  readonly op: string;
  readonly inputCount: number;
  /** What the model says of the output; float results of arithmetic rows are rounded to it. */
  outputType(index: number): DataType | undefined;
  /** The input, be it a tensor or a list. */
  value(index: number): RuntimeValue;
  input(index: number): Tensor;
  /** All inputs from `start` (default 0) to `end` (exclusive, default all). */
  inputs(start?: number, end?: number): Tensor[];
  list(index: number): TensorList;
  operand(index: number): KernelOperand;

  attribute(name: string): Attribute | undefined;
  // Attributes of one kind; the second argument is the OpDef's default, for graphs older than the attribute.
  int(name: string, absent: number): number;
  float(name: string, absent: number): number;
  bool(name: string, absent: boolean): boolean;
  string(name: string, absent: string): string;
  type(name: string, absent: DataType): DataType;
  shape(name: string): PartialShape;
  ints(name: string, absent: readonly number[]): number[];
  /** Empty where there are none. */
  strings(name: string): readonly string[];
  types(name: string): readonly DataType[];

  /**
   * Runs ONNX nodes that read `x0`, `x1`, … (the operands) and write `y`. `signature` tells apart everything `nodes`
   * depends on: equal signatures mean equal nodes.
   */
  kernel(signature: string, nodes: () => OnnxNode[], operands: readonly KernelOperand[]): Promise<Tensor>;
}

/** Computes one op: its outputs in order. */
export type Operation = (context: OpContext) => RuntimeValue[] | Promise<RuntimeValue[]>;
export type Operations = Readonly<Record<string, Operation>>;

export interface OpTable {
  /** Ops that calculate: half-precision inputs are widened, results rounded. */
  readonly arithmetic: Operations;
  /** Ops that pass elements through in whatever type they have. */
  readonly movement: Operations;
  readonly controlFlow: ControlFlow;
  /** Whether equal inputs always give equal outputs: such a node is computed once where its inputs are constants. */
  isFunction(node: Node): boolean;
  /** The graph as one of ops that each compute new values from their inputs. */
  functional(graph: Graph, dialect: Dialect): FunctionalGraph;
}

export interface FunctionalGraph {
  readonly graph: Graph;
  /** The value that holds, once all nodes have run, what `value` would hold. */
  latest(value: ValueRef): ValueRef;
}
