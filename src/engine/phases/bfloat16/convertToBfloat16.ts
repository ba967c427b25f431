import { bfloat16Types } from '../../capabilities/bfloat16Types';
import type { Dialect } from '../../dialect';
import type { DataType } from '../../graph/dataType';
import type { Graph, Node } from '../../graph/graph';
import { removeUnread } from '../../graph/removeUnread';
import { Rewriter, type Rule } from '../../graph/rewriter';
import type { Progress } from '../../host';
import type { Plan } from '../../plan';
import type { Change } from '../../snapshot';
import { Casts } from '../casts';
import { convertNode } from './convertNode';

const RULE: Rule = {
  name: 'convert-to-bf16',
  description: 'An op planned BF16 computes in BF16, with Casts at its borders to FP32 and its constants re-encoded.',
};

/**
 * Phase 2: every node planned BF16 becomes BF16. Casts stand only where BF16 meets FP32, one per value and direction.
 * The graph is valid afterwards; phase 3 makes it good.
 */
export function convertToBfloat16(graph: Graph, plan: Plan, dialect: Dialect, progress: Progress): { graph: Graph; changes: readonly Change[] } {
  const rewriter = new Rewriter(graph, 'bf16');
  const conversions = new Map<string, ReadonlyMap<string, DataType>>();
  for (const node of graph.nodes.values()) {
    if (plan.nodes.get(node.id)?.precision !== 'bf16') continue;
    const capable = bfloat16Types(node, dialect);
    if (capable.ok) conversions.set(node.id, capable.types);
  }
  for (const { members } of dialect.sharedTypes(graph)) {
    if (!members.some(({ node, group }) => conversions.get(node)?.has(group) === true)) continue;
    for (const { node, group } of members) conversions.set(node, new Map(conversions.get(node)).set(group, 'bfloat16'));
  }
  const moduleOf = plan.byModule ? (node: Node): string => dialect.moduleOf?.(node)?.call ?? node.id : undefined;
  const context = { rewriter, dialect, casts: new Casts(rewriter, dialect), conversions, moduleOf };
  let done = 0;
  for (const id of conversions.keys()) {
    if (done++ % 256 === 0) {
      progress.throwIfCancelled();
      progress.report('Converting to BF16', done / conversions.size);
    }
    rewriter.apply(RULE, plan.nodes.get(id)!.reason.text, () => {
      const producers = rewriter.node(id).inputs.map((value) => value.node);
      convertNode(id, context);
      removeUnread(rewriter, dialect, producers);
    });
  }
  return { graph: rewriter.finish(), changes: rewriter.changes };
}
