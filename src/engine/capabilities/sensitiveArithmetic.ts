import type { SensitivePattern } from '../dialect';
import type { Graph, Node } from '../graph/graph';

/** Why arithmetic stays FP32, by the name the config's `sensitive_ops` knows it by; of two patterns that claim a node the first counts. */
const REASONS = {
  softmax: 'Softmax divides exponentials by their sum: with the 8 significant bits of BF16 its probabilities no longer add up to 1.',
  normalization: 'Normalization divides by the root of a sum of squares: what BF16 rounds off there scales every value after it wrongly.',
  losses: 'A loss adds up many small errors: with the 8 significant bits of BF16 the smallest of them vanish.',
  powers_and_logarithms: 'Powers, exponentials and logarithms can turn the small error of a value rounded to BF16 into a large one.',
} as const;

/** x³, as in the usual GELU, is off by three times as much as x: no worse than the products it stands for. */
export const HARMLESS_EXPONENT = 3;

/** A pattern whose nodes are told one by one. */
export function sensitivePattern(name: keyof typeof REASONS, matches: SensitivePattern['matches']): SensitivePattern {
  return { name, reason: REASONS[name], matches };
}

/**
 * A pattern of several nodes: those that end at a node, found by looking at a few producers; none where none ends there.
 * Found once per graph, in one pass over its nodes.
 */
export function sensitivePatternEndingAt(name: keyof typeof REASONS, endingAt: (node: Node, graph: Graph) => readonly Node[]): SensitivePattern {
  const known = new WeakMap<Graph, ReadonlySet<string>>();
  return sensitivePattern(name, (node, graph) => {
    const members = known.get(graph) ?? new Set([...graph.nodes.values()].flatMap((end) => endingAt(end, graph).map(({ id }) => id)));
    known.set(graph, members);
    return members.has(node.id);
  });
}
