import type { ConsumerDetails, ValueDetails } from '../../../webview/protocol';
import type { Dialect } from '../dialect';
import { type Graph, type Node, type ValueRef, valueKey } from '../graph/graph';
import { type ReaderIndex, readersOf } from '../graph/readerIndex';
import { boundaryLink, isBoundary } from './boundaries';
import { endOf, isShown } from './picture';

/** A snapshot's graph and the opened one. */
export interface Graphs {
  readonly graph: Graph;
  readonly opened: Graph;
  readonly dialect: Dialect;
}

const MOST_CONSUMERS = 50;

/** A value that is what was asked for, come through boundaries: the last of them, and how it came to that. */
interface Passed {
  readonly value: ValueRef;
  readonly boundary?: Node;
  readonly from?: Passed;
}

const known = new WeakMap<Graph, ReaderIndex>();

/**
 * Who reads a value, also through precision boundaries and whatever else conversion put after it: the way `routeOf` goes,
 * forwards. The first 50 and their number. Linear in the readers; the index of a graph's readers is made once.
 */
export function consumersOf(asked: ValueRef, { graph, opened, dialect }: Graphs): Required<Pick<ValueDetails, 'consumers' | 'readers'>> {
  const consumers: ConsumerDetails[] = [];
  let readers = 0;
  const found = (name: string, node: string | undefined, input: number, passed: Passed): void => {
    if (readers++ >= MOST_CONSUMERS) return;
    const through = boundariesOf(passed).map((boundary) => boundaryLink(boundary, dialect));
    consumers.push({ name, ...(node === undefined ? {} : { node }), input, ...(through.length === 0 ? {} : { through }) });
  };
  const fetched = outputsByValue(graph);
  const visited = new Set<string>();
  const waiting: Passed[] = [{ value: asked }];
  for (let at = 0; at < waiting.length; at++) {
    const passed = waiting[at]!;
    const { node, output } = passed.value;
    if (visited.has(valueKey(passed.value))) continue;
    visited.add(valueKey(passed.value));
    for (const id of readerIndex(graph).of(node)) {
      const reader = graph.nodes.get(id)!;
      const crosses = isBoundary(reader, dialect);
      reader.inputs.forEach((value, input) => {
        if (value.node !== node || value.output !== output) return;
        const original = crosses ? undefined : opened.nodes.get(id);
        if (original !== undefined) found(original.name, isShown(original, opened, dialect) ? id : undefined, input, passed);
        else waiting.push({ value: { node: id, output: input }, from: passed, ...(crosses ? { boundary: reader } : {}) });
      });
    }
    for (const name of fetched.get(valueKey(passed.value)) ?? []) {
      const end = endOf(name, opened, dialect);
      if (end !== asked.node) found(name, end, 0, passed);
    }
  }
  return { consumers, readers };
}

function boundariesOf(passed: Passed): Node[] {
  const boundaries: Node[] = [];
  for (let at: Passed | undefined = passed; at !== undefined; at = at.from) if (at.boundary !== undefined) boundaries.push(at.boundary);
  return boundaries.reverse();
}

function outputsByValue({ outputs }: Graph): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { name, value } of outputs) {
    const others = names.get(valueKey(value));
    if (others === undefined) names.set(valueKey(value), [name]);
    else others.push(name);
  }
  return names;
}

function readerIndex(graph: Graph): ReaderIndex {
  let index = known.get(graph);
  if (index === undefined) known.set(graph, (index = readersOf(graph)));
  return index;
}
