import type { DataType } from '../graph/dataType';
import table from './onnx-ops.json';

/** One input or output of an op; the variadic ones come last and stand for any number. */
export interface OnnxParameter {
  readonly name: string;
  /** An element type, the name of a type variable, or a type that is no tensor (`seq(tensor(float))`). */
  readonly type: string;
  readonly isOptional: boolean;
  readonly isVariadic: boolean;
  /** Variadic, and each of its values may have a type of its own. */
  readonly isHeterogeneous: boolean;
}

/** An op as one version of its operator set defines it (onnx/defs). */
export interface OpVersion {
  readonly since: number;
  readonly inputs: readonly OnnxParameter[];
  readonly outputs: readonly OnnxParameter[];
  /** Element types of each type variable; an empty set for variables that stand for no tensor. */
  readonly types: ReadonlyMap<string, ReadonlySet<DataType>>;
  /** A node of the version before is one of this version, with the same meaning, unless it has an attribute in `drops`. */
  readonly extendsPrevious: boolean;
  readonly drops: readonly string[];
  readonly isDeprecated: boolean;
}

/** A kernel of onnxruntime's CPU provider for the versions [first, last]. */
interface Kernel {
  readonly first: number;
  readonly last: number;
  readonly types: ReadonlyMap<string, ReadonlySet<DataType>>;
}

interface OnnxOp {
  readonly versions: readonly OpVersion[];
  readonly cpu: readonly Kernel[];
}

interface RawOp {
  readonly versions: readonly {
    readonly since: number;
    readonly in: readonly string[];
    readonly out: readonly string[];
    readonly types?: Readonly<Record<string, number | readonly number[]>>;
    readonly extends?: boolean;
    readonly drops?: readonly string[];
    readonly deprecated?: boolean;
  }[];
  readonly cpu: readonly (readonly [number, number, Readonly<Record<string, number | readonly number[]>>])[];
}

const domains = table.domains as unknown as Readonly<Record<string, Readonly<Record<string, RawOp>>>>;
const sets = table.sets.map((set) => new Set(set.split('|') as DataType[]));
const NO_TYPES: ReadonlySet<DataType> = new Set();
const parsed = new Map<string, OnnxOp | undefined>();

/** The default domain has two spellings. */
export function canonicalDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** The op as the given version of its domain's operator set defines it, or undefined where that has no such op. */
export function opVersion(domain: string, op: string, opset: number): OpVersion | undefined {
  return opOf(domain, op)?.versions.findLast(({ since }) => since <= opset);
}

/** The versions of an op in order; none for an op that is not known. */
export function opVersions(domain: string, op: string): readonly OpVersion[] {
  return opOf(domain, op)?.versions ?? [];
}

/** Whether any known domain has the op. */
export function isKnownOnnxOp(op: string): boolean {
  return Object.values(domains).some((ops) => Object.hasOwn(ops, op));
}

/** Whether onnxruntime's CPU provider has a kernel of the op for these types, by type variable. */
export function hasCpuKernel(domain: string, op: string, opset: number, types: ReadonlyMap<string, DataType>): boolean {
  const kernels = opOf(domain, op)?.cpu ?? [];
  return kernels.some(({ first, last, types: accepted }) =>
    first <= opset && opset <= last && [...types].every(([name, type]) => accepted.get(name)?.has(type) ?? true));
}

/** The IR version that came with an operator set of the default domain (onnx.helper.VERSION_TABLE). */
export function irVersionOf(opset: number): number {
  return (table.irVersions as Readonly<Record<string, number>>)[opset] ?? 0;
}

function opOf(domain: string, op: string): OnnxOp | undefined {
  const key = `${domain}:${op}`;
  if (!parsed.has(key)) {
    const ops = Object.hasOwn(domains, domain) ? domains[domain]! : {};
    parsed.set(key, Object.hasOwn(ops, op) ? parseOp(ops[op]!) : undefined);
  }
  return parsed.get(key);
}

function parseOp(raw: RawOp): OnnxOp {
  return {
    versions: raw.versions.map((version) => ({
      since: version.since,
      inputs: version.in.map(parseParameter),
      outputs: version.out.map(parseParameter),
      types: parseTypes(version.types ?? {}),
      extendsPrevious: version.extends === true,
      drops: version.drops ?? [],
      isDeprecated: version.deprecated === true,
    })),
    cpu: raw.cpu.map(([first, last, types]) => ({ first, last, types: parseTypes(types) })),
  };
}

function parseTypes(raw: Readonly<Record<string, number | readonly number[]>>): ReadonlyMap<string, ReadonlySet<DataType>> {
  return new Map(Object.entries(raw).map(([name, set]) => [name, typeof set === 'number' ? sets[set]! : NO_TYPES]));
}

function parseParameter(text: string): OnnxParameter {
  const [, name, type, mark] = /^(.*?):(.*?)([?*~]?)$/.exec(text) as unknown as [string, string, string, string];
  return { name, type, isOptional: mark === '?', isVariadic: mark === '*' || mark === '~', isHeterogeneous: mark === '~' };
}
