import type { Node } from '../../../graph/graph';

/** The nodes that `roots` need, as values or to wait for, in file order. */
export function neededNodes(nodes: ReadonlyMap<string, Node>, roots: readonly string[]): readonly Node[] {
  const needed = new Set<string>();
  const stack = [...roots];
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    const node = nodes.get(name);
    if (node === undefined || needed.has(name)) continue;
    needed.add(name);
    for (const value of node.inputs) stack.push(value.node);
    for (const id of node.controlInputs) stack.push(id);
  }
  return [...nodes.values()].filter((node) => needed.has(node.name));
}
