import { castTypes } from '../../../capabilities/castTypes';
import { removeUnread } from '../../../graph/removeUnread';
import type { LocalRule } from '../localRule';
import { plainCast } from './plainCast';

/**
 *   x (BF16) -> Cast to FP32 -> Cast to BF16 -> readers      =>      x -> readers
 *
 * Exact: every BF16 value is an FP32 value. The pair the other way round (FP32 -> BF16 -> FP32) rounds and stays.
 * The first Cast stays while other nodes read it.
 */
export const foldCastPair: LocalRule = {
  name: 'fold-cast-pair',
  description: 'A Cast to FP32 and back to BF16 gives the value it started from.',
  match(node, context) {
    const { rewriter, dialect } = context;
    const second = plainCast(node, context);
    const first = node.inputs[0] === undefined ? undefined : rewriter.get(node.inputs[0].node);
    if (second?.from !== 'float32' || second.to !== 'bfloat16' || first === undefined || first.controlInputs.length > 0) return undefined;
    const before = castTypes(first, dialect);
    if (before?.from !== 'bfloat16' || before.to !== 'float32') return undefined;
    return {
      reason: `The value of ${rewriter.node(first.inputs[0]!.node).name} is BF16 already: FP32 and back changes nothing.`,
      rewrite() {
        rewriter.redirect(rewriter.uses(node.id, 0), first.inputs[0]!);
        removeUnread(rewriter, dialect, [node.id]);
      },
    };
  },
};
