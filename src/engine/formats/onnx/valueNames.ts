import { type Graph, type Node, valueKey, type ValueRef } from '../../graph/graph';
import { sourceOf } from './node';
import type { OnnxModel } from './read';

/** Names of values in the file to be written, by `valueKey`. */
export type ValueNames = ReadonlyMap<string, string>;

/**
 * Names for all values. What the caller fetches, and what graphs inside nodes read by name, has the name it is known by,
 * whoever makes it now; other values keep theirs as long as nobody else needs it; new ones take that of their node.
 * `fetched` are more values that need a name, by `valueKey`.
 */
export function valueNames(graph: Graph, fetched: ReadonlySet<string> = new Set()): ValueNames {
  const reserved = reservedNames(graph);
  const names = new Map([...reserved].map(([name, value]) => [valueKey(value), name]));
  const taken = new Set(reserved.keys());
  const kept: (readonly [Node, number])[] = [];
  const fresh: (readonly [Node, number])[] = [];
  for (const node of graph.nodes.values()) {
    sourceOf(node).outputNames.forEach((name, output) => {
      if (names.has(valueKey({ node: node.id, output }))) return;
      if (name === '') fresh.push([node, output]);
      else kept.push([node, output]);
    });
  }
  for (const entry of kept) {
    const [node, output] = entry;
    const name = sourceOf(node).outputNames[output]!;
    if (taken.has(name)) fresh.push(entry);
    else {
      taken.add(name);
      names.set(valueKey({ node: node.id, output }), name);
    }
  }
  const read = readValues(graph);
  for (const name of (graph.source as OnnxModel).innerNames) taken.add(name);
  for (const [node, output] of fresh) {
    const key = valueKey({ node: node.id, output });
    // An optional output that nothing reads stays left out.
    if (sourceOf(node).read !== undefined && sourceOf(node).outputNames[output] === '' && !read.has(key) && !fetched.has(key)) continue;
    const base = output === 0 ? node.name : `${node.name}/output_${output}`;
    let name = base;
    for (let suffix = 1; taken.has(name); suffix++) name = `${base}_${suffix}`;
    taken.add(name);
    names.set(key, name);
  }
  return names;
}

function reservedNames(graph: Graph): Map<string, ValueRef> {
  const reserved = new Map<string, ValueRef>(graph.outputs.map(({ name, value }) => [name, value]));
  for (const node of graph.nodes.values()) {
    const { captures } = sourceOf(node);
    captures.forEach((name, index) => {
      const value = node.inputs[node.inputs.length - captures.length + index]!;
      const other = reserved.get(name);
      if (other !== undefined && valueKey(other) !== valueKey(value)) throw new Error(`${name} would be two values`);
      reserved.set(name, value);
    });
  }
  return reserved;
}

function readValues(graph: Graph): ReadonlySet<string> {
  const read = new Set<string>();
  for (const node of graph.nodes.values()) for (const value of node.inputs) read.add(valueKey(value));
  return read;
}
