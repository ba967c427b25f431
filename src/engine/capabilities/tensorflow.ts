import type { DataType } from '../graph/dataType';
import table from './tensorflow-ops.json';

/** One argument of an op: a fixed type, or the type attribute that names it; repeated `number` times where set. */
export interface Argument {
  readonly name: string;
  readonly type: DataType | undefined;
  readonly typeAttr: string | undefined;
  /** The type attribute is a list with one entry per tensor. */
  readonly isList: boolean;
  readonly numberAttr: string | undefined;
  readonly isRef: boolean;
}

export interface TypeAttribute {
  readonly isList: boolean;
  /** Undefined: the op definition admits every type. */
  readonly allowed: ReadonlySet<string> | undefined;
  readonly default: DataType | undefined;
}

/** Definition of a TensorFlow op (scripts/generate-tensorflow-ops.py writes the table) and the CPU kernels registered for it. */
export interface OpDefinition {
  readonly inputs: readonly Argument[];
  readonly outputs: readonly Argument[];
  readonly typeAttributes: ReadonlyMap<string, TypeAttribute>;
  readonly defaults: ReadonlyMap<string, unknown>;
  readonly isStateful: boolean;
  /** Type constraints of each kernel; an empty map accepts everything. */
  readonly kernels: readonly ReadonlyMap<string, ReadonlySet<string>>[];
}

interface RawAttribute { kind: string; allowed?: string; default?: unknown }
interface RawOp { in: string[]; out: string[]; attrs?: Record<string, RawAttribute>; stateful?: boolean; kernels?: string[] }

const parsed = new Map<string, OpDefinition | undefined>();

/** Definition of `op`, or undefined for an op TensorFlow's CPU build does not know. */
export function opDefinition(op: string): OpDefinition | undefined {
  if (!parsed.has(op)) {
    const raw = Object.hasOwn(table.ops, op) ? (table.ops as Record<string, unknown>)[op] : undefined;
    parsed.set(op, raw === undefined ? undefined : parseOp(raw as RawOp));
  }
  return parsed.get(op);
}

function parseOp(raw: RawOp): OpDefinition {
  const attributes = Object.entries(raw.attrs ?? {});
  return {
    inputs: raw.in.map(parseArgument),
    outputs: raw.out.map(parseArgument),
    typeAttributes: new Map(attributes.filter(([, a]) => a.kind === 'type' || a.kind === 'list(type)').map(([name, a]) => [name, {
      isList: a.kind === 'list(type)',
      allowed: a.allowed === undefined ? undefined : new Set(a.allowed.split('|')),
      default: a.kind === 'type' ? (a.default as DataType | undefined) : undefined,
    }])),
    defaults: new Map(attributes.filter(([, a]) => a.default !== undefined).map(([name, a]) => [name, a.default])),
    isStateful: raw.stateful === true,
    kernels: (raw.kernels ?? []).map(parseKernel),
  };
}

function parseArgument(text: string): Argument {
  const match = /^(.*?):(@?)(\*?)([A-Za-z0-9_]+)(?:\*(\w+))?(&?)$/.exec(text);
  if (match === null) throw new Error(`malformed argument ${text}`);
  const [, name, isAttr, list, type, number, ref] = match;
  return {
    name: name!,
    type: isAttr ? undefined : (type as DataType),
    typeAttr: isAttr ? type : undefined,
    isList: list === '*',
    numberAttr: number,
    isRef: ref === '&',
  };
}

function parseKernel(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  if (text === '*') return new Map();
  return new Map(text.split(';').map((constraint) => {
    const [name, types] = constraint.split('=') as [string, string];
    return [name, new Set(types.split('|'))];
  }));
}
