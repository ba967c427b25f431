import { bfloat16Types } from '../../capabilities/bfloat16Types';
import { castTypes } from '../../capabilities/castTypes';
import type { DataType } from '../../graph/dataType';
import type { Node } from '../../graph/graph';
import type { Rule } from '../../graph/rewriter';
import { topologicalOrder } from '../../graph/traversal';
import { cancelCheck, type Progress } from '../../host';
import { convertNode } from '../bfloat16/convertNode';
import type { RuleContext } from './localRule';

const RULE: Rule = {
  name: 'follow-inputs',
  description: 'Ops that can run in BF16 and read only BF16 values run in BF16, as in automatic mixed precision at run time.',
};

/**
 * Turns every op that may become BF16 and reads nothing but BF16 values to BF16, in the order in which values flow; whoever
 * reads an FP32 value too stays FP32. Nodes that share a type with others stay as they are. Leaves Cast pairs to the local rules.
 */
export function followInputs(context: RuleContext, progress: Progress): void {
  const { rewriter, dialect, plan } = context;
  const graph = rewriter.finish();
  const tied = new Set(dialect.sharedTypes(graph).flatMap(({ members }) => members.map(({ node }) => node)));
  const checkCancelled = cancelCheck(progress);
  for (const id of topologicalOrder(graph, (node) => dialect.closesLoop(node))) {
    checkCancelled();
    const node = rewriter.get(id);
    if (node === undefined || tied.has(id) || plan.nodes.get(id)?.bf16 !== 'free') continue;
    const capable = bfloat16Types(node, dialect);
    if (!capable.ok || !readsOnlyBfloat16(node, capable.types, context)) continue;
    rewriter.apply(RULE, `Everything ${node.name} reads is BF16.`, () => convertNode(id, { ...context, conversions: new Map([[id, capable.types]]) }));
  }
}

function readsOnlyBfloat16(node: Node, types: ReadonlyMap<string, DataType>, { rewriter, dialect }: RuleContext): boolean {
  const inputs = dialect.typeGroups(node).filter(({ name }) => types.has(name)).flatMap((group) => group.inputs);
  return inputs.length > 0 && inputs.every((input) => {
    const producer = castTypes(rewriter.node(node.inputs[input]!.node), dialect);
    return producer?.from === 'bfloat16' && producer.to === 'float32';
  });
}
