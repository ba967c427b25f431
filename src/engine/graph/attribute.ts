import type { DataType } from './dataType';

/** A shape as a model file states it: undefined = unknown rank, -1 = unknown size. */
export type PartialShape = readonly number[] | undefined;

/**
 * One attribute of a node, independent of the format it came from. `source` is the decoded message it was read from;
 * the format writes it back as it was, so that unknown fields survive.
 */
export type Attribute = AttributeValue & { readonly source?: unknown };

export type AttributeValue =
  | { readonly kind: 'int'; readonly value: number | bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: Uint8Array }
  | { readonly kind: 'type'; readonly value: DataType }
  | { readonly kind: 'shape'; readonly value: PartialShape }
  | { readonly kind: 'ints'; readonly value: readonly (number | bigint)[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'bools'; readonly value: readonly boolean[] }
  | { readonly kind: 'strings'; readonly value: readonly Uint8Array[] }
  | { readonly kind: 'types'; readonly value: readonly DataType[] }
  | { readonly kind: 'shapes'; readonly value: readonly PartialShape[] }
  /** The tensor's bytes stay a slice of the file; the format decodes them when a rule needs the values. */
  | { readonly kind: 'tensor'; readonly dtype: DataType; readonly shape: readonly number[]; readonly value: unknown }
  | { readonly kind: 'function'; readonly value: string }
  /** An argument made of values, one or a list: an index into the node's inputs each, or a number, a flag or nothing in their place. */
  | { readonly kind: 'operands'; readonly isList: boolean; readonly value: readonly Operand[] }
  /** Anything else (placeholder, list of functions, empty value): kept, never interpreted. */
  | { readonly kind: 'opaque' };

export type Operand = { readonly input: number } | number | bigint | boolean | null;
