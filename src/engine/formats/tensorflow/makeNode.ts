import type { Attribute } from '../../graph/attribute';
import type { DataType } from '../../graph/dataType';
import type { Node, ValueRef } from '../../graph/graph';

const utf8 = new TextEncoder();

// Attributes as makers of nodes write them.
export const type = (value: DataType): Attribute => ({ kind: 'type', value });
export const types = (value: readonly DataType[]): Attribute => ({ kind: 'types', value });
export const bool = (value: boolean): Attribute => ({ kind: 'bool', value });
export const string = (value: string): Attribute => ({ kind: 'string', value: utf8.encode(value) });
export const strings = (value: readonly string[]): Attribute => ({ kind: 'strings', value: value.map((text) => utf8.encode(text)) });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });

/** A node without control inputs whose id is its name. */
export function makeNode(name: string, op: string, inputs: readonly ValueRef[], attributes: Readonly<Record<string, Attribute>>): Node {
  return { id: name, name, op, inputs, controlInputs: [], attributes: new Map(Object.entries(attributes)) };
}

export function firstOutput(node: Node): ValueRef {
  return { node: node.id, output: 0 };
}
