import { castTypes } from '../../../capabilities/castTypes';
import { EXACT_IN_FP32 } from '../../../capabilities/exactInFp32';
import { removeUnread } from '../../../graph/removeUnread';
import type { LocalRule } from '../localRule';
import { plainCast } from './plainCast';

/**
 *   x (uint8) -> Cast to FP32 -> Cast to BF16 -> readers      =>      x -> Cast to BF16 -> readers
 *   x (BF16) -> Cast to FP32 -> Cast to float64 -> readers    =>      x -> Cast to float64 -> readers
 *
 * Only where the first Cast changes no value and has no other reader.
 */
export const mergeCastChain: LocalRule = {
  name: 'merge-cast-chain',
  description: 'Two Casts in a row become one where the first loses nothing.',
  match(node, context) {
    const { rewriter, dialect } = context;
    const second = castTypes(node, dialect);
    const first = node.inputs[0] === undefined ? undefined : rewriter.get(node.inputs[0].node);
    if (second?.from !== 'float32' || first === undefined || node.id === first.id) return undefined;
    const before = plainCast(first, context);
    if (before?.to !== 'float32' || !EXACT_IN_FP32.has(before.from) || before.from === second.to) return undefined;
    if (rewriter.uses(first.id).length !== 1) return undefined;
    const group = dialect.typeGroups(node).find((candidate) => candidate.inputs.includes(0));
    if (group === undefined) return undefined;
    return {
      reason: `${first.name} changes no value, so ${node.name} converts straight from ${before.from} to ${second.to}.`,
      rewrite() {
        rewriter.replace({ ...dialect.withTypes(node, new Map([[group.name, before.from]])), inputs: first.inputs });
        removeUnread(rewriter, dialect, [first.id]);
      },
    };
  },
};
