import type { PartialShape } from '../../../graph/attribute';
import type { Node } from '../../../graph/graph';
import { unknownSizes } from './dimensions';

/** What is known of a TensorList or TensorArray: the shape all its elements have, and how many they are (-1 = unknown). */
export interface ListContent {
  readonly element: PartialShape;
  readonly length: number;
}

/** Elements of a small integer tensor in row-major order; undefined where one is not known. */
export type Integers = readonly (number | undefined)[];

/** What is known of a value without running the model. */
export interface Known {
  readonly shape: PartialShape;
  readonly integers?: Integers;
  /** Of a list or array of tensors. */
  readonly list?: ListContent;
}

/** A node with what is known of its operands; one that does not exist is unknown. */
export class Operation {
  constructor(
    readonly node: Node,
    readonly operands: readonly Known[],
    /** Version of the file's format, where the meaning of an attribute depends on it. */
    readonly producer?: number,
  ) {}

  shape(input: number): PartialShape {
    return this.operands[input]?.shape;
  }

  /** The shape of an operand whose rank the op demands: sizes unknown if it is not known to have that rank. */
  ranked(input: number, rank: number): readonly number[] {
    const shape = this.shape(input);
    return shape?.length === rank ? shape : unknownSizes(rank);
  }

  shapes(): PartialShape[] {
    return this.operands.map(({ shape }) => shape);
  }

  integers(input: number): Integers | undefined {
    return this.operands[input]?.integers;
  }

  /** The elements of an operand if every one is known. */
  allIntegers(input: number): readonly number[] | undefined {
    const integers = this.integers(input);
    return integers?.every((value) => value !== undefined) === true ? integers : undefined;
  }

  /** The one element of an operand. */
  integer(input: number): number | undefined {
    const integers = this.integers(input);
    return integers?.length === 1 ? integers[0] : undefined;
  }

  /** A size an operand gives: -1 if it is not known. */
  size(input: number): number {
    return Math.max(-1, this.integer(input) ?? -1);
  }

  /** The shape an operand's elements spell (InferenceContext::MakeShapeFromShapeTensor): -1 and unknown elements are unknown sizes. */
  shapeFrom(input: number): PartialShape {
    const shape = this.shape(input);
    if (shape?.length !== 1) return undefined;
    const sizes = this.integers(input) ?? (shape[0]! >= 0 && shape[0]! < 255 ? new Array<undefined>(shape[0]!).fill(undefined) : undefined);
    return sizes?.map((size) => (size === undefined || size < 0 ? -1 : size));
  }

  int(name: string, otherwise: number): number {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === 'int' ? Number(attribute.value) : otherwise;
  }

  /** How many outputs an attribute asks for; more than a graph can hold are cut off. */
  count(name: string): number {
    return Math.min(Math.max(0, this.int(name, 0)), 1 << 16);
  }

  ints(name: string): readonly number[] {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === 'ints' ? attribute.value.map(Number) : [];
  }

  isSet(name: string, otherwise = false): boolean {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === 'bool' ? attribute.value : otherwise;
  }

  string(name: string, otherwise: string): string {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === 'string' ? new TextDecoder().decode(attribute.value) : otherwise;
  }

  shapeAttribute(name: string): PartialShape {
    const attribute = this.node.attributes.get(name);
    return attribute?.kind === 'shape' ? attribute.value : undefined;
  }
}

/** Shapes of a node's outputs; those it leaves out are unknown. */
export type ShapeRule = (operation: Operation) => readonly PartialShape[];

/** Rows by op. */
export type ShapeRules = Readonly<Record<string, ShapeRule>>;

/** One rule for many ops. */
export function forEach(ops: readonly string[], rule: ShapeRule): ShapeRules {
  return Object.fromEntries(ops.map((op) => [op, rule]));
}

/** Output 0 has the shape of input 0 (shape_inference::UnchangedShape). */
export const unchanged: ShapeRule = (operation) => [operation.shape(0)];

/** shape_inference::ScalarShape. */
export const scalar: ShapeRule = () => [[]];
