import { castTypes } from '../../../capabilities/castTypes';
import { removeUnread } from '../../../graph/removeUnread';
import type { LocalRule } from '../localRule';

/**
 *   x (BF16) -> Cast from BF16 to BF16 -> readers      =>      x -> readers
 *
 * Only Casts between float types: others may be there to name a value.
 */
export const foldNoopCast: LocalRule = {
  name: 'fold-noop-cast',
  description: 'A Cast to the type the value already has does nothing.',
  match(node, { rewriter, dialect }) {
    const types = castTypes(node, dialect);
    if (types === undefined || types.from !== types.to || types.from !== 'bfloat16' || rewriter.isOutputNode(node.id)) return undefined;
    return {
      reason: `${node.name} converts BF16 to BF16.`,
      rewrite() {
        rewriter.redirect(rewriter.uses(node.id, 0), node.inputs[0]!);
        removeUnread(rewriter, dialect, [node.id]);
      },
    };
  },
};
