import type { Progress } from '../../host';
import type { LocalRule, RuleContext } from './localRule';
import { castBeforeDataMovement } from './rules/castBeforeDataMovement';
import { dequantizeEmitsBfloat16 } from './rules/dequantizeEmitsBfloat16';
import { foldCastOfConstant } from './rules/foldCastOfConstant';
import { foldCastPair } from './rules/foldCastPair';
import { foldNoopCast } from './rules/foldNoopCast';
import { mergeCastChain } from './rules/mergeCastChain';
import { mergeIdenticalCasts } from './rules/mergeIdenticalCasts';

/** In the order they are tried at a node; exact folds come before merges. */
export const LOCAL_RULES: readonly LocalRule[] = [
  foldNoopCast, foldCastPair, foldCastOfConstant, dequantizeEmitsBfloat16, castBeforeDataMovement, mergeCastChain, mergeIdenticalCasts,
];

/**
 * Applies the local rules until none matches. A work list holds the nodes whose surroundings changed, so the time is
 * linear in the graph plus the number of rewrites; every rewrite removes a Cast, so it ends.
 */
export function applyLocalRules(context: RuleContext, progress: Progress, start: Iterable<string> = context.rewriter.ids()): void {
  const { rewriter } = context;
  const queue = [...start];
  const queued = new Set(queue);
  for (let next = 0; next < queue.length; next++) {
    if (next % 1024 === 0) progress.throwIfCancelled();
    const id = queue[next]!;
    queued.delete(id);
    const node = rewriter.get(id);
    if (node === undefined) continue;
    for (const rule of LOCAL_RULES) {
      const match = rule.match(node, context);
      if (match === undefined) continue;
      const already = rewriter.changes.length;
      rewriter.apply(rule, match.reason, () => match.rewrite());
      const change = rewriter.changes[already];
      for (const touched of surroundings(change === undefined ? [] : [...change.before, ...change.after], context)) {
        if (queued.has(touched)) continue;
        queued.add(touched);
        queue.push(touched);
      }
      break;
    }
  }
}

function* surroundings(ids: readonly string[], { rewriter }: RuleContext): Iterable<string> {
  for (const id of ids) {
    const node = rewriter.get(id);
    if (node === undefined) continue;
    yield id;
    for (const value of node.inputs) yield value.node;
    for (const use of rewriter.uses(id)) yield use.node;
  }
}
