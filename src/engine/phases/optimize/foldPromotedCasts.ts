import type { Node } from '../../graph/graph';
import { removeUnread } from '../../graph/removeUnread';
import type { Rule } from '../../graph/rewriter';
import type { ValueRead } from '../../graph/valueReads';
import { cancelCheck, type Progress } from '../../host';
import type { RuleContext } from './localRule';
import { plainCast } from './rules/plainCast';

const RULE: Rule = {
  name: 'fold-promoted-cast',
  description: 'An op that computes BF16 and FP32 together in FP32 needs no Cast before it.',
};

/**
 *   x (BF16) -> Cast to FP32 -> op (FP32), with y (FP32)      =>      x, y -> op (FP32)
 *
 * Only where every reader of the Cast is such an op. Exact: the op converts x itself. Comes after all that moves and folds
 * Casts, which must not have to look for them inside ops. Linear.
 */
export function foldPromotedCasts(context: RuleContext, progress: Progress): void {
  const { rewriter, dialect } = context;
  const checkCancelled = cancelCheck(progress);
  if (dialect.promotedInputs === undefined) return;
  for (const id of rewriter.ids()) {
    checkCancelled();
    const cast = rewriter.get(id);
    const types = cast === undefined ? undefined : plainCast(cast, context);
    if (cast === undefined || types?.from !== 'bfloat16' || types.to !== 'float32' || rewriter.isOutputNode(id)) continue;
    const uses = rewriter.uses(id, 0);
    if (uses.length === 0 || !uses.every((use) => canPromote(use, id, context))) continue;
    const names = [...new Set(uses.map((use) => rewriter.node(use.node).name))].join(', ');
    rewriter.apply(RULE, `${names} computes in FP32 with an FP32 value, so BF16 is converted inside the op.`, () => {
      for (const { node, input } of uses) rewriter.replace(dialect.withInputType!(rewriter.node(node), input, 'bfloat16'));
      rewriter.redirect(uses, cast.inputs[0]!);
      removeUnread(rewriter, dialect, [id]);
    });
  }
}

/** Whether another input that counts is FP32, and stays so. */
function canPromote({ node: id, input }: ValueRead, cast: string, { rewriter, dialect }: RuleContext): boolean {
  const node: Node = rewriter.node(id);
  const promoted = dialect.promotedInputs!(node, rewriter);
  return promoted.includes(input) && dialect.outputTypes(node)[0] === 'float32'
    && promoted.some((other) => other !== input && dialect.inputType(node, other) === 'float32' && node.inputs[other]!.node !== cast);
}
