import { diagnose } from './config/diagnose';
import { diagnoseOpTypes } from './config/diagnoseOpTypes';
import type { TuningConfig } from './config/config';
import type { ParsedConfig } from './config/parse';
import { readPlaces } from './config/places';
import type { ConfigProblem } from './config/problem';
import { type RuleUse, ruleUses } from './config/ruleUses';
import type { Ranges } from './calibration/ranges';
import type { ConfigSource, PlanView } from './conversion';
import type { Format } from './formats/formats';
import type { Graph } from './graph/graph';
import type { Plan, Warning } from './plan';
import type { RangeRequest } from './rangeFinder';
import type { ModelChoice } from './readModel';
import { buildPlanView } from './report/planView';
import type { Basis } from './revise';
import type { Snapshot } from './snapshot';

/** A model, its config file, and the phases that ran. Never changed: each step makes another. */
export interface OpenModel {
  readonly path: string;
  readonly format: Format;
  readonly snapshots: readonly Snapshot[];
  readonly config: TuningConfig;
  readonly parsed: ParsedConfig;
  readonly source: ConfigSource;
  readonly ranges: Ranges;
  /** What of the model was asked for. */
  readonly choice: ModelChoice;
  /** What ran the model for the ranges, where something did. */
  readonly calibratedBy?: string;
  /** What the phases that ran went by, where `setConfig` told. */
  readonly basis?: Basis;
}

/** The one snapshot of a model before any phase. */
export function asOpened(graph: Graph): Snapshot {
  return { phase: undefined, graph, changes: [], seconds: 0 };
}

/** What the panel shows of a plan. */
export function planViewOf(open: OpenModel, plan: Plan): PlanView {
  const { snapshots, config, format, parsed } = open;
  const { graph } = snapshots[0]!;
  const uses = ruleUses(config, graph, plan, format.dialect);
  const view = buildPlanView(graph, config, plan, format.dialect);
  return { config, isFaulty: hasErrors(parsed), ...view, warnings: [...remarksOf(open), ...view.warnings], problems: problemsOf(open, plan, uses) };
}

/** What the format says of the model as opened. */
export function remarksOf({ format, snapshots }: OpenModel): readonly Warning[] {
  return (format.remarksOn?.(snapshots[0]!.graph) ?? []).map((message) => ({ message }));
}

/** What is wrong with the config file; while it is faulty, only what makes it so. */
export function problemsOf({ snapshots, format, parsed }: OpenModel, plan: Plan, uses: readonly RuleUse[]): readonly ConfigProblem[] {
  return hasErrors(parsed) ? parsed.problems : [...parsed.problems, ...diagnose(parsed, snapshots[0]!.graph, format.dialect, plan, uses)];
}

/** The op types the framework does not know, which keep phases from running. */
export function refusedOpTypes({ parsed, snapshots, format }: OpenModel): ConfigProblem[] {
  const problems = diagnoseOpTypes(parsed.config, snapshots[0]!.graph, format.dialect, readPlaces(parsed.text));
  return problems.filter(({ severity }) => severity === 'error');
}

/** What finding ranges of the opened graph takes. */
export function rangeRequest({ snapshots, format, config, source, path }: OpenModel): RangeRequest {
  return { graph: snapshots[0]!.graph, dialect: format.dialect, config, source, model: path };
}

/** Whether a config file cannot be followed. */
export function hasErrors({ problems }: ParsedConfig): boolean {
  return problems.some(({ severity }) => severity === 'error');
}
