import type { Graph, Node } from '../../graph/graph';

const PREFIX = 'loc:@';

/**
 * The graph without requests to run beside nodes that no longer exist: TensorFlow refuses to load a node whose `_class`
 * names an unknown one (graph_constructor.cc). Untouched nodes stay the same objects.
 */
export function withoutDanglingColocations(graph: Graph): Graph {
  let names: Set<string> | undefined;
  const changed = new Map<string, Node>();
  for (const [id, node] of graph.nodes) {
    const classes = node.attributes.get('_class');
    if (classes?.kind !== 'strings') continue;
    names ??= new Set([...graph.nodes.values()].map((other) => other.name));
    const kept = classes.value.filter((bytes) => {
      const text = new TextDecoder().decode(bytes);
      return !text.startsWith(PREFIX) || names!.has(text.slice(PREFIX.length));
    });
    if (kept.length === classes.value.length) continue;
    const attributes = new Map(node.attributes);
    if (kept.length > 0) attributes.set('_class', { kind: 'strings', value: kept });
    else attributes.delete('_class');
    changed.set(id, { ...node, attributes });
  }
  if (changed.size === 0) return graph;
  // Setting an entry that a map has keeps its place.
  const nodes = new Map(graph.nodes);
  for (const [id, node] of changed) nodes.set(id, node);
  return { ...graph, nodes };
}
