import type { Dialect } from '../dialect';
import type { Graph } from '../graph/graph';
import type { Plan } from '../plan';
import type { TuningConfig } from './config';
import { type Rule, readRules } from './rules';

/** What the rule of a config comes to on a model. */
export interface RuleUse {
  readonly rule: Rule;
  /** Nodes it matches, and those of them with a precision of their own. */
  readonly matches: number;
  readonly computing: number;
  /** Computing nodes for which other rules win that ask for something else. */
  readonly overruled: ReadonlyMap<Rule, number>;
}

interface Counts {
  matches: number;
  computing: number;
  readonly overruled: Map<Rule, number>;
}

/** The use of each rule of a config: those of op_name_dict, of op_type_dict, of bf16_ops, each in their order. Linear in nodes times rules. */
export function ruleUses(config: TuningConfig, graph: Graph, plan: Plan, dialect: Dialect): readonly RuleUse[] {
  const rules = readRules(config, dialect);
  const uses = new Map(rules.all.map((rule): [Rule, Counts] => [rule, { matches: 0, computing: 0, overruled: new Map() }]));
  for (const node of graph.nodes.values()) {
    const matching = rules.all.filter((rule) => rule.matches(node));
    if (matching.length === 0) continue;
    const precision = plan.nodes.get(node.id)?.precision ?? 'other';
    const winner = matching.length > 1 ? rules.override(node) : undefined;
    for (const rule of matching) {
      const counts = uses.get(rule)!;
      counts.matches++;
      if (precision === 'other') continue;
      counts.computing++;
      if (winner === undefined || winner === rule || isAlike(winner, rule)) continue;
      // The list stands in for the defaults, which hold where the stronger wish is `auto` or cannot be met.
      if (rule.path[0] === 'bf16_ops' && !winner.accepts.some((accepted) => accepted === precision)) continue;
      counts.overruled.set(winner, (counts.overruled.get(winner) ?? 0) + 1);
    }
  }
  return [...uses].map(([rule, counts]) => ({ rule, ...counts }));
}

function isAlike(a: Rule, b: Rule): boolean {
  return a.accepts.join() === b.accepts.join();
}
