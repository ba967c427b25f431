import { freeName } from '../../graph/freeName';
import { type Graph, type Node, valueKey, type ValueRef } from '../../graph/graph';
import { type Body, type Homes, homesOf } from './bodies';
import { ownInputs, sourceOf } from './node';
import type { OnnxModel } from './read';

/** Names of values in the file to be written, by `valueKey`. */
export type ValueNames = ReadonlyMap<string, string>;

/**
 * Names for all values. What the caller fetches, and what graphs inside nodes read by name, has the name it is known by,
 * whoever makes it now; other values keep theirs as long as nobody else needs it; new ones take that of their node, which
 * then no other value has in any graph. `fetched` are more values that need a name, by `valueKey`.
 */
export function valueNames(graph: Graph, fetched: ReadonlySet<string> = new Set(), homes: Homes = homesOf(graph)): ValueNames {
  const names = new Map<string, string>();
  /** Graphs beside each other may use the same names. */
  const taken = new Map<Body | undefined, Map<string, string>>();
  const everywhere = new Set((graph.source as OnnxModel).innerNames);
  const takenIn = (home: Body | undefined): Map<string, string> => {
    const found = taken.get(home) ?? new Map<string, string>();
    taken.set(home, found);
    return found;
  };
  const take = (home: Body | undefined, value: ValueRef, name: string): void => {
    const key = valueKey(value);
    takenIn(home).set(name, key);
    everywhere.add(name);
    names.set(key, name);
  };
  for (const [name, value] of reservedNames(graph)) {
    const home = homes.get(value.node);
    if ((takenIn(home).get(name) ?? valueKey(value)) !== valueKey(value)) throw new Error(`${name} would be two values`);
    take(home, value, name);
  }
  const kept: (readonly [Node, number])[] = [];
  const fresh: (readonly [Node, number])[] = [];
  for (const node of graph.nodes.values()) {
    const { home, outputNames } = sourceOf(node);
    outputNames.forEach((name, output) => {
      if (names.has(valueKey({ node: node.id, output }))) return;
      if (name === '' || homes.get(node.id) !== home) fresh.push([node, output]);
      else kept.push([node, output]);
    });
  }
  for (const entry of kept) {
    const [node, output] = entry;
    const name = sourceOf(node).outputNames[output]!;
    if (takenIn(homes.get(node.id)).has(name)) fresh.push(entry);
    else take(homes.get(node.id), { node: node.id, output }, name);
  }
  const read = readValues(graph);
  for (const [node, output] of fresh) {
    const value = { node: node.id, output };
    const key = valueKey(value);
    // An optional output that nothing reads stays left out.
    if (sourceOf(node).read !== undefined && sourceOf(node).outputNames[output] === '' && !read.has(key) && !fetched.has(key)) continue;
    const base = output === 0 ? node.name : `${node.name}/output_${output}`;
    take(homes.get(node.id), value, freeName(base, (name) => everywhere.has(name)));
  }
  return names;
}

/** Names that stay with the values that callers, or graphs that are written as they were read, know by them. */
function* reservedNames(graph: Graph): Generator<readonly [string, ValueRef]> {
  for (const { name, value } of graph.outputs) yield [name, value];
  for (const node of graph.nodes.values()) {
    const source = sourceOf(node);
    const start = ownInputs(source);
    for (const [index, name] of source.captures.entries()) yield [name, node.inputs[start + index]!];
  }
}

function readValues(graph: Graph): ReadonlySet<string> {
  const read = new Set<string>();
  for (const node of graph.nodes.values()) for (const value of node.inputs) read.add(valueKey(value));
  return read;
}
