import type { Dialect } from '../dialect';
import type { Graph, Node } from '../graph/graph';
import { readersOf } from '../graph/readerIndex';

/** Ops between a product and softmax at most: scale, mask, cast, reshape and transpose, on both sides. */
const FARTHEST = 8;

export const ATTENTION_REASON =
  'It multiplies two computed values next to a softmax: in INT8 the exponential makes a large error of a small one, and there are no weights to make smaller.';

/**
 * Ids of the products of attention: those of two computed values whose result softmax reads, through other light ops, or that
 * read what softmax gives. Linear.
 */
export function attentionProducts(graph: Graph, dialect: Dialect): ReadonlySet<string> {
  const found = new Set<string>();
  const softmax = dialect.sensitivePatterns.find(({ name }) => name === 'softmax');
  const nodes = softmax === undefined ? [] : [...graph.nodes.values()].filter((node) => softmax.matches(node, graph));
  if (nodes.length === 0) return found;
  const readers = readersOf(graph);
  const before = (node: Node): Iterable<string> => node.inputs.map((value) => value.node);
  const after = (node: Node): Iterable<string> => readers.of(node.id);
  for (const next of [before, after]) {
    // Breadth first, so that no node is reached by a longer way than need be.
    const distances = new Map(nodes.map((node) => [node.id, 0]));
    for (const [id, distance] of distances) {
      for (const other of next(graph.nodes.get(id)!)) {
        const node = graph.nodes.get(other);
        if (node === undefined || distances.has(other)) continue;
        if (isProduct(node, graph, dialect)) found.add(other);
        else if (!dialect.isHeavy(node) && distance < FARTHEST) distances.set(other, distance + 1);
      }
    }
  }
  return found;
}

function isProduct(node: Node, graph: Graph, dialect: Dialect): boolean {
  if (!dialect.isHeavy(node)) return false;
  const pattern = dialect.quantizationPattern(node, graph);
  return pattern !== undefined && pattern.weight === undefined && pattern.activations.length === 2;
}
