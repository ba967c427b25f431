import type { Attribute } from '../../src/engine/graph/attribute';
import type { DataType } from '../../src/engine/graph/dataType';
import type { Graph } from '../../src/engine/graph/graph';
import { elementCount, type Tensor } from '../../src/engine/graph/tensor';
import { NO_PROGRESS } from '../../src/engine/host';
import { messageFromAttribute } from '../../src/engine/formats/tensorflow/attributes';
import { dataTypeFromEnum } from '../../src/engine/formats/tensorflow/dataTypes';
import { GraphDef } from '../../src/engine/formats/tensorflow/messages';
import { graphFromBytes, type ReadOptions } from '../../src/engine/formats/tensorflow/read';
import { encodeTensor } from '../../src/engine/formats/tensorflow/tensor';
import { LAYOUTS } from '../../src/engine/formats/tensorflow/tensorLayouts';

/**
 * An attribute as tests write it: the name of a data type is a type, another string a string, an integer an int, another
 * number a float; arrays likewise. What that cannot say is written as an Attribute or with the helpers below.
 */
export type AttributeSpec =
  | string | number | bigint | boolean | Tensor | Attribute
  | readonly string[] | readonly number[] | readonly boolean[];

export interface NodeSpec {
  readonly name: string;
  readonly op: string;
  /** As in a NodeDef: `a`, `split:1`, `^init`. */
  readonly inputs?: readonly string[];
  readonly attrs?: Readonly<Record<string, AttributeSpec>>;
  readonly device?: string;
}

/** The graph of these nodes, as if read from a file. */
export function buildGraph(nodes: readonly NodeSpec[], options: ReadOptions = {}): Graph {
  return graphFromBytes(buildBytes(nodes), 'built.pb', options, NO_PROGRESS);
}

/** The nodes as a serialised GraphDef; nothing is checked, so that broken graphs can be made too. */
export function buildBytes(nodes: readonly NodeSpec[]): Uint8Array {
  return GraphDef.encode(buildMessage(nodes)).finish();
}

/** The nodes as a plain GraphDef message, for tests that add what no builder foresees. */
export function buildMessage(nodes: readonly NodeSpec[]): { node: Record<string, unknown>[]; versions: { producer: number } } {
  const node = nodes.map(({ name, op, inputs = [], attrs = {}, device = '' }) => ({
    name,
    op,
    input: [...inputs],
    device,
    attr: Object.fromEntries(Object.entries(attrs).map(([key, value]) => [key, messageFromAttribute(attribute(value))])),
  }));
  return { node, versions: { producer: 2474 } };
}

/** A Placeholder; sizes of -1 are unknown. */
export function placeholder(name: string, dtype: DataType, shape: readonly number[]): NodeSpec {
  return { name, op: 'Placeholder', attrs: { dtype, shape: shapeOf(shape) } };
}

/** A Const; `values` shorter than the shape repeat their last entry. */
export function constant(name: string, dtype: DataType, shape: readonly number[], values: readonly number[]): NodeSpec {
  return { name, op: 'Const', attrs: { dtype, value: tensor(dtype, shape, values) } };
}

/** A tensor of plain numbers; bit patterns for float16 and bfloat16. */
export function tensor(dtype: DataType, shape: readonly number[], values: readonly number[]): Tensor {
  const layout = LAYOUTS[dtype];
  if (layout === undefined || layout === 'string') throw new Error(`no numbers of type ${dtype}`);
  const data = new layout.array(elementCount(shape) * layout.parts);
  for (let i = 0; i < data.length; i++) {
    const value = values[Math.min(i, values.length - 1)] ?? 0;
    data[i] = data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(value) : value;
  }
  return { dtype, shape, data };
}

export const shapeOf = (shape: readonly number[] | undefined): Attribute => ({ kind: 'shape', value: shape });
/** For whole numbers in float attributes. */
export const float = (value: number): Attribute => ({ kind: 'float', value });
/** For strings that are spelled like a data type. */
export const string = (value: string): Attribute => ({ kind: 'string', value: new TextEncoder().encode(value) });

const DATA_TYPES = new Set<string>(Array.from({ length: 100 }, (_, number) => dataTypeFromEnum(number)).filter((dtype) => dtype !== undefined));

function attribute(spec: AttributeSpec): Attribute {
  if (typeof spec === 'string') return DATA_TYPES.has(spec) ? { kind: 'type', value: spec as DataType } : string(spec);
  if (typeof spec === 'bigint') return { kind: 'int', value: spec };
  if (typeof spec === 'number') return Number.isInteger(spec) ? { kind: 'int', value: spec } : float(spec);
  if (typeof spec === 'boolean') return { kind: 'bool', value: spec };
  if ('kind' in spec) return spec;
  return 'dtype' in spec ? encodeTensor(spec) : list(spec);
}

function list(items: readonly (string | number | boolean)[]): Attribute {
  const entries = items.map(attribute);
  if (entries.length === 0) return { kind: 'ints', value: [] };
  if (entries.some((entry) => entry.kind === 'float')) return { kind: 'floats', value: items as number[] };
  const values = entries.map((entry) => ('value' in entry ? entry.value : undefined));
  return { kind: `${entries[0]!.kind}s`, value: values } as Attribute;
}
