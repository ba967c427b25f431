import { removeUnread } from '../../../graph/removeUnread';
import type { LocalRule } from '../localRule';
import { plainCast } from './plainCast';

/**
 *   x (BF16) -> Cast from BF16 to BF16 -> readers      =>      x -> readers
 *
 * Only Casts between float types: others may be there to name a value.
 */
export const foldNoopCast: LocalRule = {
  name: 'fold-noop-cast',
  description: 'A Cast to the type the value already has does nothing.',
  match(node, context) {
    const { rewriter, dialect } = context;
    const types = plainCast(node, context);
    if (types?.from !== 'bfloat16' || types.to !== 'bfloat16') return undefined;
    return {
      reason: `${node.name} converts BF16 to BF16.`,
      rewrite() {
        rewriter.redirect(rewriter.uses(node.id, 0), node.inputs[0]!);
        removeUnread(rewriter, dialect, [node.id]);
      },
    };
  },
};
