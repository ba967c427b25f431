import { castTypes, isBetweenFp32AndBf16 } from '../../../capabilities/castTypes';
import { removeUnread } from '../../../graph/removeUnread';
import type { LocalRule } from '../localRule';
import { plainCast } from './plainCast';

/**
 *   x -> Cast to BF16 -> a
 *   x -> Cast to BF16 -> b      =>      x -> Cast to BF16 -> a, b
 *
 * Casts of different outputs of one node are different values and stay apart. The one that comes first is kept.
 */
export const mergeIdenticalCasts: LocalRule = {
  name: 'merge-identical-casts',
  description: 'Casts of one value to one type become a single Cast.',
  match(node, context) {
    const { rewriter, dialect } = context;
    const types = castTypes(node, dialect);
    const value = node.inputs[0];
    if (types === undefined || value === undefined || node.controlInputs.length > 0 || !isBetweenFp32AndBf16(types)) return undefined;
    const twins = new Set(rewriter.uses(value.node, value.output).map((use) => use.node).filter((id) => {
      const other = id === node.id ? undefined : plainCast(rewriter.node(id), context);
      return other?.from === types.from && other.to === types.to;
    }));
    if (twins.size === 0) return undefined;
    return {
      reason: `${twins.size + 1} Casts convert the same value of ${rewriter.node(value.node).name}.`,
      rewrite() {
        for (const twin of twins) rewriter.redirect(rewriter.uses(twin, 0), { node: node.id, output: 0 });
        removeUnread(rewriter, dialect, twins);
      },
    };
  },
};
