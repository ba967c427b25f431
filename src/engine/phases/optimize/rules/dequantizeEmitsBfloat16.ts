import { removeUnread } from '../../../graph/removeUnread';
import type { LocalRule } from '../localRule';
import { plainCast } from './plainCast';

/**
 *   Dequantize (FP32) -> Cast to BF16 -> readers      =>      Dequantize (BF16) -> readers
 *
 * Only where every reader is such a Cast: a value that is also read in FP32 keeps its Cast. The kernel rounds its FP32
 * result to nearest even, which is what the Cast did.
 */
export const dequantizeEmitsBfloat16: LocalRule = {
  name: 'dequantize-emits-bf16',
  description: 'A Dequantize read in BF16 only emits BF16 itself.',
  match(node, context) {
    const { rewriter, dialect } = context;
    if (!dialect.isDequantize(node) || dialect.outputTypes(node)[0] !== 'float32' || rewriter.isOutputNode(node.id)) return undefined;
    const readers = [...new Set(rewriter.uses(node.id, 0).map((use) => use.node))];
    const areCasts = readers.every((id) => plainCast(rewriter.node(id), context)?.to === 'bfloat16');
    const emitting = areCasts && readers.length > 0 ? dialect.dequantizeAs(node, 'bfloat16') : undefined;
    if (emitting === undefined) return undefined;
    return {
      reason: `Every reader of ${node.name} wants BF16.`,
      rewrite() {
        rewriter.replace(emitting);
        for (const cast of readers) rewriter.redirect(rewriter.uses(cast, 0), { node: node.id, output: 0 });
        removeUnread(rewriter, dialect, readers);
      },
    };
  },
};
