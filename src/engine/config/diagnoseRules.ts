import type { Graph } from '../graph/graph';
import { moveTo, remove } from './fixes';
import { exactPattern, matchesWholeName } from './pattern';
import type { Places } from './places';
import { type ConfigFix, type ConfigProblem, type Path, problemAt } from './problem';
import { askedText } from './refusals';
import { REGEX_MARK, type Rule, ruleName } from './rules';
import type { RuleUse } from './ruleUses';

/** Beyond that many patterns without a match the file is for another model, and looking for better ones takes time. */
const MOST_SUGGESTED_FOR = 20;

/** Rules that do nothing, or less than they seem to: patterns that match no node, and rules that others win over. */
export function diagnoseRules(uses: readonly RuleUse[], graph: Graph, places: Places): ConfigProblem[] {
  const unmatched = uses.filter(({ rule, matches }) => matches === 0 && rule.pattern !== undefined);
  return [
    ...unmatched.map(({ rule }, index) => matchesNothing(rule, index < MOST_SUGGESTED_FOR ? graph : undefined, places)),
    ...uses.filter(({ matches, computing }) => matches > 0 && computing === 0).map(({ rule }) => decidesNothing(rule, places)),
    ...uses.filter(({ overruled }) => overruled.size > 0).map((use) => isOverruled(use, places)),
  ];
}

function matchesNothing(rule: Rule, graph: Graph | undefined, places: Places): ConfigProblem {
  const message = `"${written(rule, rule.pattern!)}" in the config matches no node of this model.`;
  const better = graph === undefined ? [] : betterPatterns(rule, rule.pattern!, graph, places);
  return problemAt(places.key(rule.path), rule.path, 'warning', message, [...better, remove(rule.path)]);
}

/** As it stands in the file. */
function written({ path }: Rule, pattern: string): string {
  return path[0] === 'bf16_ops' ? REGEX_MARK + pattern : pattern;
}

/** Patterns that may be meant and match: the name as it stands, what is under it, and what contains it; or the op type of that name. */
function betterPatterns(rule: Rule, pattern: string, graph: Graph, places: Places): ConfigFix[] {
  const replaceBy = (path: Path, title: string): ConfigFix => moveTo(rule.path, path, places.read(rule.path), title);
  const seen = new Set([0]);
  const fixes = [exactPattern(pattern), `${pattern}/.*`, `.*${pattern}.*`].flatMap((candidate) => {
    const count = countMatches(candidate, graph);
    if (seen.has(count)) return [];
    seen.add(count);
    const title = `Change to "${written(rule, candidate)}" (${count} ${count === 1 ? 'op' : 'ops'})`;
    return rule.path[0] === 'bf16_ops' ? [{ title, edits: [{ path: rule.path, value: written(rule, candidate) }] }] : [replaceBy([rule.path[0]!, candidate], title)];
  });
  if (rule.path[0] === 'op_name_dict' && [...graph.nodes.values()].some(({ op }) => op === pattern)) fixes.unshift(replaceBy(['op_type_dict', pattern], 'Move to op_type_dict'));
  return fixes;
}

function countMatches(pattern: string, graph: Graph): number {
  const matches = matchesWholeName(pattern);
  let count = 0;
  for (const { name } of graph.nodes.values()) if (matches(name)) count++;
  return count;
}

function decidesNothing(rule: Rule, places: Places): ConfigProblem {
  const { path } = rule;
  const message = `${ruleName(rule)} has no effect: it matches only constants, inputs and other nodes without a precision of their own.`;
  return problemAt(places.key(path), path, 'warning', message, [remove(path)]);
}

function isOverruled({ rule, computing, overruled }: RuleUse, places: Places): ConfigProblem {
  const total = [...overruled.values()].reduce((sum, count) => sum + count, 0);
  const winners = [...overruled].sort(([, a], [, b]) => b - a).map(([winner, count]) => ({ winner, count }));
  const name = ruleName(rule);
  if (total < computing) {
    const who = winners.map(({ winner, count }) => `${ruleName(winner)} (${wishOf(winner)}) for ${count}`);
    const message = `Of the ${computing} ops ${name} matches, others win for ${total}: ${shortList(who)}.`;
    return problemAt(places.key(rule.path), rule.path, 'information', message);
  }
  const who = winners.map(({ winner }) => `${ruleName(winner)}${winner.path[0] === rule.path[0] ? ' further down' : ''}`);
  const message = `${name} has no effect: every op it matches is decided by ${shortList(who)}.`;
  const isPattern = rule.path[0] === 'op_name_dict';
  const move = isPattern ? [moveTo(rule.path, rule.path, places.read(rule.path), 'Move to the end, where it wins')] : [];
  return problemAt(places.key(rule.path), rule.path, 'warning', message, [remove(rule.path), ...move]);
}

function wishOf({ accepts }: Rule): string {
  return accepts.length === 0 ? 'auto' : askedText(accepts);
}

function shortList(items: readonly string[]): string {
  return items.length > 3 ? `${items.slice(0, 3).join(', ')} and ${items.length - 3} more` : items.join(', ');
}
