import type { Dialect } from '../dialect';
import { type Graph, type Node, type ValueRef, valueKey } from '../graph/graph';
import { type ReaderIndex, readersOf } from '../graph/readerIndex';

/** Ops that together compute what frameworks also have as one op. */
export interface Composite {
  readonly kind: 'GELU' | 'normalization';
  /** Ids, in no order. */
  readonly nodes: readonly string[];
}

/** Ops on the way to the error function or the hyperbolic tangent, and from a variance to the normalized value, at most. */
const MOST = 12;

/**
 * Finds GELU (D. Hendrycks and K. Gimpel, "Gaussian Error Linear Units", 2016), by the error function or the hyperbolic tangent,
 * and layer, group or RMS normalization where a model spells them out. No op is in two of them. Linear.
 */
export function findComposites(graph: Graph, dialect: Dialect): readonly Composite[] {
  const search: Search = { graph, dialect, readers: readersOf(graph), outputs: new Set(graph.outputs.map(({ value }) => value.node)), taken: new Set() };
  const found: Composite[] = [];
  for (const node of graph.nodes.values()) {
    const role = dialect.arithmeticOf(node);
    if (role !== 'error function' && role !== 'hyperbolic tangent') continue;
    enter({ kind: 'GELU', nodes: geluAround(node, search) ?? [] }, search, found);
  }
  for (const nodes of normalizations(search)) enter({ kind: 'normalization', nodes }, search, found);
  return found;
}

interface Search {
  readonly graph: Graph;
  readonly dialect: Dialect;
  readonly readers: ReaderIndex;
  readonly outputs: ReadonlySet<string>;
  readonly taken: Set<string>;
}

function enter(composite: Composite, { taken }: Search, found: Composite[]): void {
  if (composite.nodes.length < 2 || composite.nodes.some((id) => taken.has(id))) return;
  for (const id of composite.nodes) taken.add(id);
  found.push(composite);
}

/** Everything from x on to x·(1 + f(…x…))/2, of which `curve` computes f; undefined where it is something else. */
function geluAround(curve: Node, search: Search): readonly string[] | undefined {
  const { dialect } = search;
  const sum = onlyReader(curve, search);
  if (sum === undefined || dialect.arithmeticOf(sum) !== 'add' || otherThan(curve, sum, search) !== 'constant') return undefined;
  const after = [curve.id, sum.id];
  for (let last = sum; after.length < MOST; ) {
    const product = onlyReader(last, search);
    if (product === undefined || dialect.arithmeticOf(product) !== 'multiply') return undefined;
    after.push(product.id);
    const factor = otherThan(last, product, search);
    if (factor === undefined) return undefined;
    last = product;
    if (factor === 'constant') continue;
    // x itself, or half of it.
    const half = search.graph.nodes.get(factor.node)!;
    const halved = dialect.arithmeticOf(half) === 'multiply' ? computedInputs(half, search) : [];
    for (const [x, more] of [[factor, []], ...(halved.length === 1 ? [[halved[0]!, [half.id]] as const] : [])] as const) {
      const before = backTo(x, curve.inputs[0]!, search);
      if (before === undefined) continue;
      const scale = onlyReader(product, search);
      const isScaled = scale !== undefined && dialect.arithmeticOf(scale) === 'multiply' && otherThan(product, scale, search) === 'constant';
      return [...new Set([...after, ...more, ...before, ...(isScaled ? [scale.id] : [])])];
    }
    return undefined;
  }
  return undefined;
}

/** The ops that compute `value` from `x` and constants alone; undefined where more is needed. */
function backTo(x: ValueRef, value: ValueRef, search: Search): readonly string[] | undefined {
  const found = new Set<string>();
  const waiting = [value];
  let isReached = false;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (valueKey(next) === valueKey(x)) {
      isReached = true;
      continue;
    }
    const node = search.graph.nodes.get(next.node)!;
    if (found.has(node.id)) continue;
    if (search.dialect.arithmeticOf(node) === undefined || found.size === MOST) return undefined;
    found.add(node.id);
    waiting.push(...computedInputs(node, search));
  }
  return isReached ? [...found] : undefined;
}

/** Parts of normalizations that belong together, each with the ops that apply it to the value it is of. */
function normalizations(search: Search): readonly (readonly string[])[] {
  const { graph, dialect, readers } = search;
  const pattern = dialect.sensitivePatterns.find(({ name }) => name === 'normalization');
  const parts = new Set([...graph.nodes.values()].filter((node) => pattern?.matches(node, graph) === true && typedAsOne(node, dialect)).map(({ id }) => id));
  const found: (readonly string[])[] = [];
  for (const start of parts) {
    if (!parts.delete(start)) continue;
    const members = new Set([start]);
    for (const id of members) {
      for (const other of [...graph.nodes.get(id)!.inputs.map((value) => value.node), ...readers.of(id)]) if (parts.delete(other)) members.add(other);
    }
    found.push([...members, ...applied(members, search)]);
  }
  return found;
}

/** The ops that read nothing but what the members compute, the one value those are computed from, and constants. */
function applied(members: ReadonlySet<string>, search: Search): readonly string[] {
  const { graph, dialect, readers } = search;
  const outside = new Map([...members].flatMap((id) => computedInputs(graph.nodes.get(id)!, search)).filter(({ node }) => !members.has(node)).map((value) => [valueKey(value), value]));
  if (outside.size !== 1) return [];
  const [x] = outside.keys();
  const more = new Set<string>();
  const isOwn = (value: ValueRef): boolean => valueKey(value) === x || members.has(value.node) || more.has(value.node);
  const all = [...members];
  for (const id of all) {
    if (search.outputs.has(id)) continue;
    for (const reader of readers.of(id)) {
      const node = graph.nodes.get(reader)!;
      const isArithmetic = ['add', 'subtract', 'multiply', 'divide'].includes(dialect.arithmeticOf(node) ?? '');
      if (members.has(reader) || more.has(reader) || more.size === MOST || !isArithmetic || !typedAsOne(node, dialect) || !computedInputs(node, search).every(isOwn)) continue;
      more.add(reader);
      all.push(reader);
    }
  }
  return [...more];
}

/** The only op that reads the node's value, where no caller fetches it. */
function onlyReader(node: Node, { graph, readers, outputs }: Search): Node | undefined {
  const [first, second] = readers.of(node.id);
  return first === undefined || second !== undefined || outputs.has(node.id) ? undefined : graph.nodes.get(first);
}

/** What a node reads beside the value of another one: a constant, one value, or undefined for anything else. */
function otherThan(node: Node, reader: Node, search: Search): ValueRef | 'constant' | undefined {
  const computed = computedInputs(reader, search);
  const others = computed.filter((value) => value.node !== node.id);
  if (computed.length - others.length !== 1 || others.length > 1) return undefined;
  return others[0] ?? 'constant';
}

function computedInputs(node: Node, { graph, dialect }: Search): readonly ValueRef[] {
  return node.inputs.filter((value) => dialect.constantBehind(graph.nodes, value) === undefined);
}

/** Whether all it computes in FP32 has one type. */
function typedAsOne(node: Node, dialect: Dialect): boolean {
  return dialect.typeGroups(node).filter(({ dtype }) => dtype === 'float32').length === 1;
}
