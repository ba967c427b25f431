import type { PartialShape } from '../../../graph/attribute';
import type { Node } from '../../../graph/graph';
import { intOf, intsOf, stringOf } from '../attributes';
import { inputAt } from '../node';

/** What is known of a value. */
export interface Known {
  readonly shape: PartialShape;
  /** Elements of an int64 vector or scalar, where it is short; undefined for those not known. */
  readonly integers?: readonly (number | undefined)[];
}

export const UNKNOWN: Known = { shape: undefined };

/** A node with what is known of its inputs, for shape rules. */
export class Operation {
  constructor(
    readonly node: Node,
    private readonly operands: readonly Known[],
  ) {}

  get outputs(): number {
    return (this.node.source as { outputNames: readonly string[] }).outputNames.length;
  }

  /** The operand at a slot of the op's definition. */
  known(slot: number): Known {
    const index = inputAt(this.node, slot);
    return index === undefined ? UNKNOWN : this.operands[index] ?? UNKNOWN;
  }

  has(slot: number): boolean {
    return inputAt(this.node, slot) !== undefined;
  }

  shape(slot: number): PartialShape {
    return this.known(slot).shape;
  }

  shapes(): readonly PartialShape[] {
    return this.operands.map((operand) => operand.shape);
  }

  int(name: string, absent: number): number {
    return intOf(this.node.attributes, name, absent);
  }

  ints(name: string): readonly number[] | undefined {
    return intsOf(this.node.attributes, name);
  }

  text(name: string, absent: string): string {
    return stringOf(this.node.attributes, name, absent);
  }

  /** A list of integers that is an attribute in old versions of the op and an input in new ones; undefined where it is not known. */
  list(name: string, slot: number): readonly number[] | undefined {
    const integers = this.known(slot).integers;
    return this.ints(name) ?? (integers?.every((value) => value !== undefined) === true ? (integers) : undefined);
  }
}

export type ShapeRule = (operation: Operation) => readonly PartialShape[];

/** `axis` counted from the front. */
export function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** The shape two broadcast to; a size not known against 1 is not known, against another it is that. Undefined where they do not. */
export function broadcast(a: PartialShape, b: PartialShape): PartialShape {
  if (a === undefined || b === undefined) return undefined;
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const x = a[a.length - rank + axis] ?? 1;
    const y = b[b.length - rank + axis] ?? 1;
    if (x > 1 && y > 1 && x !== y) return undefined;
    shape.push(x === 1 ? y : y === 1 ? x : Math.max(x, y));
  }
  return shape;
}
