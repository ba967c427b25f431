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
 * Applies the local rules until none matches anywhere. Every rewrite removes a Cast, so it ends; what a rewrite makes
 * possible out of sight of the work list, such as at a node that lost a reader, is left to another pass, rarely a third.
 */
export function applyLocalRules(context: RuleContext, progress: Progress): void {
  const { rewriter } = context;
  for (let before = -1; rewriter.changes.length !== before; ) {
    before = rewriter.changes.length;
    applyLocalRulesFrom(rewriter.ids(), context, progress);
  }
}

/** Applies the local rules at the nodes of `start`, and again wherever that changed what is around a node. */
export function applyLocalRulesFrom(start: Iterable<string>, context: RuleContext, progress: Progress): void {
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
