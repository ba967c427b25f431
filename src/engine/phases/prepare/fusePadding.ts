import type { Dialect } from '../../dialect';
import { removeUnread } from '../../graph/removeUnread';
import type { Rewriter, Rule } from '../../graph/rewriter';
import type { Progress } from '../../host';

export const FUSE_PADDING: Rule = {
  name: 'fuse-padding',
  description: 'A convolution pads its input itself, in place of an op before it: zeros cost nothing there, and no INT8 copy.',
};

/** Joins a padding with zeros and the convolutions that read it, for those that `isWanted` holds for. Linear. */
export function fusePadding(rewriter: Rewriter, dialect: Dialect, isWanted: (convolution: string) => boolean, progress: Progress): void {
  for (const id of rewriter.ids()) {
    const node = rewriter.get(id);
    const pad = node?.inputs[0] === undefined || !isWanted(id) ? undefined : rewriter.get(node.inputs[0].node);
    if (node === undefined || pad === undefined || pad.controlInputs.length > 0) continue;
    progress.throwIfCancelled();
    const padded = dialect.withPadding(node, pad, rewriter);
    if (padded === undefined) continue;
    rewriter.apply(FUSE_PADDING, `"${node.name}" pads its input itself, as "${pad.name}" did.`, () => {
      rewriter.replace(padded);
      removeUnread(rewriter, dialect, [pad.id]);
    });
  }
}
