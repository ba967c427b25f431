import { removeUnread } from '../../../graph/removeUnread';
import type { LocalRule } from '../localRule';
import { plainCast } from './plainCast';

/**
 *   Const (FP32) -> Cast to BF16 -> readers      =>      Const (BF16) -> readers
 *
 * The same rounding, done once instead of at every run. The FP32 constant stays while other nodes read it.
 */
export const foldCastOfConstant: LocalRule = {
  name: 'fold-cast-of-constant',
  description: 'A constant is stored in the type its readers need instead of being cast at run time.',
  match(node, context) {
    const { rewriter, dialect, casts } = context;
    const types = plainCast(node, context);
    const value = node.inputs[0];
    if (value === undefined || types?.from !== 'float32' || types.to !== 'bfloat16') return undefined;
    const constant = dialect.constantBehind(rewriter, value);
    if (constant === undefined) return undefined;
    return {
      reason: `${constant.name} is a constant: it is rounded to BF16 now.`,
      rewrite() {
        rewriter.redirect(rewriter.uses(node.id, 0), casts.as(value, 'bfloat16'));
        removeUnread(rewriter, dialect, [node.id]);
      },
    };
  },
};
