import { bfloat16Types } from '../../src/engine/capabilities/bfloat16Types';
import { castTypes } from '../../src/engine/capabilities/castTypes';
import { tensorflowDialect as dialect } from '../../src/engine/formats/tensorflow/dialect';
import { type Graph, type Node, type ValueRef, valueKey } from '../../src/engine/graph/graph';
import type { Plan } from '../../src/engine/plan';

/** A type: fixed, or that of a free set of groups. */
type Type = 'fp32' | 'bf16' | number;

/** Where a value comes from once Casts between FP32 and BF16 are thought away. */
type Origin = { readonly type: Type } | { readonly roundedFrom: number } | 'constant';

/** What counting needs to know of a graph: values in the order of data, and who reads them in which type. */
export interface CastCounting {
  /** Free sets of type groups, each of one type. */
  readonly free: number;
  /** Number of Casts when the free sets of `bf16` are BF16: one per value and direction in which some reader wants it. */
  readonly count: (bf16: (set: number) => boolean) => number;
}

/**
 * Counts by the meaning of the graph, not by a network: `graph` is the one before phase 2. A Cast of the model to BF16 is
 * a rounding that has to be done; Casts to FP32 are there only as far as someone reads FP32.
 */
export function castCounting(graph: Graph, plan: Plan): CastCounting {
  const sets = freeSets(graph, plan);
  const typeOf = (node: Node, side: 'inputs' | 'outputs', position: number): Type | undefined => {
    const type = side === 'inputs' ? dialect.inputType(node, position) : dialect.outputTypes(node)[position];
    if (type === 'bfloat16') return 'bf16';
    const group = dialect.typeGroups(node).find((candidate) => candidate[side].includes(position));
    return type !== 'float32' ? undefined : (group === undefined ? undefined : sets.get(`${node.id} ${group.name}`)) ?? 'fp32';
  };
  const origins: Origin[] = [];
  const known = new Map<string, number>();
  const originOf = (value: ValueRef): number => {
    const key = valueKey(value);
    if (known.has(key)) return known.get(key)!;
    const node = graph.nodes.get(value.node)!;
    const types = castTypes(node, dialect);
    let index: number;
    if (types?.from === 'bfloat16' && types.to === 'float32') index = originOf(node.inputs[0]!);
    else {
      const origin: Origin = dialect.constantBehind(graph.nodes, value) !== undefined ? 'constant'
        : types?.from === 'float32' && types.to === 'bfloat16' ? { roundedFrom: originOf(node.inputs[0]!) } : { type: typeOf(node, 'outputs', value.output)! };
      index = origins.push(origin) - 1;
    }
    known.set(key, index);
    return index;
  };
  const reads: { readonly origin: number; readonly type: Type }[] = [];
  for (const node of graph.nodes.values()) {
    const types = castTypes(node, dialect);
    if (types?.from === 'bfloat16' || dialect.constantBehind(graph.nodes, { node: node.id, output: 0 }) !== undefined) continue;
    node.inputs.forEach((value, input) => {
      const type = types?.to === 'bfloat16' ? 'bf16' : typeOf(node, 'inputs', input);
      if (type !== undefined) reads.push({ origin: originOf(value), type });
    });
  }
  for (const { value, dtype } of graph.outputs) if (dtype === 'float32' || dtype === undefined) reads.push({ origin: originOf(value), type: 'fp32' });

  return {
    free: new Set(sets.values()).size,
    count(bf16) {
      const isBf16 = (type: Type): boolean => (typeof type === 'number' ? bf16(type) : type === 'bf16');
      // Origins follow what they are rounded from, so one pass settles them; a rounding of BF16 is the value itself.
      const settled = origins.map((_, index) => index);
      const narrow: (boolean | undefined)[] = [];
      origins.forEach((origin, index) => {
        if (origin === 'constant') return;
        if ('type' in origin) narrow[index] = isBf16(origin.type);
        else {
          const from = settled[origin.roundedFrom]!;
          if (narrow[from] === true) settled[index] = from;
          narrow[index] = true;
        }
      });
      const needed = new Set<number>();
      for (const { origin, type } of reads) {
        const value = settled[origin]!;
        if (narrow[value] !== undefined && narrow[value] !== isBf16(type)) needed.add(value);
      }
      // Two roundings of one FP32 value are one value, cast back once.
      return new Set([...needed].map((value) => {
        const origin = origins[value]!;
        return origin !== 'constant' && 'roundedFrom' in origin ? `rounded ${settled[origin.roundedFrom]}` : `${value}`;
      })).size;
    },
  };
}

/** Numbers the free type groups by node and name; those that must agree have one number. */
function freeSets(graph: Graph, plan: Plan): Map<string, Type> {
  const sets = new Map<string, Type>();
  let next = 0;
  const shared = dialect.sharedTypes(graph).map(({ members }) => members.map(({ node, group }) => `${node} ${group}`));
  for (const node of graph.nodes.values()) {
    for (const name of changeable(node, plan)) {
      const key = `${node.id} ${name}`;
      sets.set(key, plan.nodes.get(node.id)!.bf16 === 'demanded' ? 'bf16' : next++);
    }
  }
  for (const members of shared) {
    const [first] = members;
    if (sets.has(first!)) for (const member of members) sets.set(member, sets.get(first!)!);
  }
  const renumbered = [...new Set([...sets.values()].filter((type) => typeof type === 'number'))];
  return new Map([...sets].map(([key, type]) => [key, typeof type === 'number' ? renumbered.indexOf(type) : type]));
}

function changeable(node: Node, plan: Plan): readonly string[] {
  const groups = dialect.typeGroups(node).filter(({ dtype }) => dtype === 'float32');
  if (dialect.isDequantize(node)) return groups.filter(({ outputs }) => outputs.length > 0).map(({ name }) => name);
  if (castTypes(node, dialect)?.to === 'float32') return groups.map(({ name }) => name);
  if (dialect.isCast(node) || plan.nodes.get(node.id)!.bf16 === 'denied') return [];
  const capable = bfloat16Types(node, dialect);
  return capable.ok ? [...capable.types.keys()] : [];
}

/** The fewest Casts of all choices. */
export function fewestCasts({ free, count }: CastCounting): number {
  let fewest = Infinity;
  for (let choice = 0; choice < 2 ** free; choice++) fewest = Math.min(fewest, count((set) => ((choice >> set) & 1) === 1));
  return fewest;
}
