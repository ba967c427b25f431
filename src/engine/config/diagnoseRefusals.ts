import type { Plan, Refusal } from '../plan';
import { BF16_OFF } from './choices';
import { remove, setTo, TURN_ON_BF16 } from './fixes';
import type { Places } from './places';
import { type ConfigFix, type ConfigProblem, type Path, problemAt } from './problem';
import { askedText } from './refusals';
import { ruleName } from './rules';
import type { RuleUse } from './ruleUses';

const MOST_REASONS = 3;

/** What rules ask for and the ops cannot be, at each rule; for bf16_ops while BF16 is off, at the list. */
export function diagnoseRefusals(plan: Plan, uses: readonly RuleUse[], places: Places): ConfigProblem[] {
  const byRule = new Map<string, Refusal[]>();
  for (const refusal of plan.refusals) {
    const path: Path = refusal.path[0] === 'bf16_ops' && refusal.reason === BF16_OFF ? ['bf16_ops'] : refusal.path;
    const key = JSON.stringify(path);
    byRule.set(key, [...(byRule.get(key) ?? []), refusal]);
  }
  const useOf = new Map(uses.map((use) => [JSON.stringify(use.rule.path), use]));
  return [...byRule].map(([key, refusals]) => {
    const path = JSON.parse(key) as Path;
    const use = useOf.get(key);
    if (use === undefined) {
      return problemAt(places.key(path), path, 'warning', 'bf16_ops has no effect while use_bf16 is off.', [TURN_ON_BF16, remove(path)]);
    }
    const isAll = refusals.reduce((sum, { count }) => sum + count, 0) === use.computing;
    const message = `${ruleName(use.rule)} asks for ${askedText(use.rule.accepts)}, but ${instead(refusals)}`;
    return problemAt(places.value(path), path, 'warning', message, fixesOf(path, refusals, isAll));
  });
}

/** What the ops are instead and why, the most frequent first. */
function instead(refusals: readonly Refusal[]): string {
  const parts = [...refusals].sort((a, b) => b.count - a.count).slice(0, MOST_REASONS).map(({ op, count, planned, reason }) => {
    const ops = count === 1 ? `1 ${op} op` : `${count} ${op} ops`;
    const verb = planned === 'fp32' ? (count === 1 ? 'stays' : 'stay') : count === 1 ? 'becomes' : 'become';
    return `${ops} ${verb} ${planned.toUpperCase()}: ${reason}`;
  });
  const more = refusals.length - parts.length;
  const rest = more > 0 ? ` The same goes for ops of ${more} more ${more === 1 ? 'kind' : 'kinds'}.` : '';
  return parts.join(' ') + rest;
}

/** Taking the rule back is no way out while it does something for other ops. */
function fixesOf(path: Path, refusals: readonly Refusal[], isAll: boolean): ConfigFix[] {
  const isBf16Off = refusals.some(({ reason }) => reason.includes(BF16_OFF));
  const isDict = path[0] !== 'bf16_ops';
  const mayStayFp32 = [...refusals[0]!.asked, 'fp32'];
  return [
    ...(isBf16Off ? [TURN_ON_BF16] : []),
    ...(isDict && isAll ? [setTo(path, 'auto')] : []),
    ...(isDict && !isAll ? [setTo(path, mayStayFp32, 'Let the others stay FP32')] : []),
    ...(isAll ? [remove(path)] : []),
  ];
}
