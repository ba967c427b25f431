import type { Preparation } from '../../config/config';
import type { Dialect } from '../../dialect';
import type { Rewriter } from '../../graph/rewriter';
import type { Progress } from '../../host';
import { foldAllConstants } from './foldAllConstants';
import { mergeRepeated } from './mergeRepeated';
import { removePassingNodes } from './removePassingNodes';

/**
 * Rewrites a graph into what decisions about precisions see best, by the rules that are on; all leave the values as they are.
 * Returns by the id of each op that another one replaces the id of that one. Linear.
 */
export function prepare(rewriter: Rewriter, dialect: Dialect, rules: Preparation, progress: Progress): ReadonlyMap<string, string> {
  progress.report('Preparing the graph');
  if (rules.identity_removal) removePassingNodes(rewriter, dialect, 'identity');
  if (rules.training_node_removal) removePassingNodes(rewriter, dialect, 'training');
  progress.throwIfCancelled();
  if (rules.constant_folding) foldAllConstants(rewriter, dialect, progress);
  progress.throwIfCancelled();
  return rules.common_subexpressions ? mergeRepeated(rewriter, dialect) : new Map();
}
