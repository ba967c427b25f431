import type { Dialect } from '../dialect';
import type { Graph } from '../graph/graph';
import type { Plan } from '../plan';
import { diagnoseForm } from './diagnoseForm';
import { diagnoseOpTypes } from './diagnoseOpTypes';
import { diagnoseRefusals } from './diagnoseRefusals';
import { diagnoseRules } from './diagnoseRules';
import { diagnoseTarget } from './diagnoseTarget';
import type { ParsedConfig } from './parse';
import { readPlaces } from './places';
import type { ConfigProblem } from './problem';
import type { RuleUse } from './ruleUses';

const RANK: Readonly<Record<ConfigProblem['severity'], number>> = { error: 0, warning: 1, information: 2 };

/**
 * What only the model tells of a valid config file, worst first and then in the order of the file: op types that are not in
 * it, patterns that match nothing, rules that others win over, precisions ops cannot have, precisions that are slow on the
 * target, a form the framework has not. `plan` is what the config gives for `graph` or for what is left of it after folding, `uses` what its rules come to.
 * Linear in nodes times rules.
 */
export function diagnose(
  { config, text }: Pick<ParsedConfig, 'config' | 'text'>, graph: Graph, dialect: Dialect, plan: Plan, uses: readonly RuleUse[],
): ConfigProblem[] {
  const places = readPlaces(text);
  return [
    ...diagnoseOpTypes(config, graph, dialect, places),
    ...diagnoseRules(uses, graph, places),
    ...diagnoseRefusals(plan, uses, places),
    ...diagnoseTarget(config, plan, places),
    ...diagnoseForm(config, dialect, places),
  ].sort((a, b) => RANK[a.severity] - RANK[b.severity] || a.offset - b.offset);
}
