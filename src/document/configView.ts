import type { ParsedConfig } from '../engine/config/parse';
import type { TuningConfig } from '../engine/config/config';
import type { ConfigProblem } from '../engine/config/problem';
import { className } from '../engine/config/rules';
import type { AppliedConfig, Outcome, PlanView } from '../engine/conversion';
import type { Warning } from '../engine/plan';
import { allReturned } from '../engine/report/allReturned';
import { PHASES } from '../engine/snapshot';
import type { ConfigView, DisplayNode, PytorchMode, SnapshotTables } from '../../webview/protocol';
import { exactPattern } from './configEdits';

/** What the side panel shows: the config file, and what the plan made of it. */
export function configView(state: {
  readonly model: string;
  /** Name of the config file, if there is one. */
  readonly file: string | undefined;
  readonly parsed: ParsedConfig;
  readonly plan: Pick<AppliedConfig, keyof PlanView | 'overrides'> | undefined;
  /** Why another config than that of the file is in force. */
  readonly refused: string | undefined;
  readonly selected: Pick<DisplayNode, 'name' | 'op' | 'module'> | undefined;
  /** What `calibration.data` holds, once it is read. */
  readonly data: ConfigView['calibration']['contents'];
  /** What the phases would make of the model. */
  readonly predicted: Outcome | undefined;
  /** Of the phases that ran. */
  readonly casts: Outcome['casts'] | undefined;
  readonly snapshots: readonly Pick<SnapshotTables, 'phase' | 'counts'>[];
}): ConfigView {
  const { model, file, parsed, plan, refused, selected, data, predicted, casts, snapshots } = state;
  const refusal = refused === undefined ? [] : [{ message: refused, severity: 'error' as const, fixes: [] }];
  const returned = allReturned(snapshots.map(({ phase, counts }) => ({ phase, precision: counts })));
  // The last valid one while the file has errors.
  const config = plan?.config ?? parsed.config;
  const opTypes = plan?.opTypes ?? [];
  const matches = new Map(plan?.overrides.map(({ pattern, matches }) => [pattern, matches]));
  return {
    file,
    model,
    isFaulty: refused !== undefined || (plan?.isFaulty ?? false),
    useBf16: config.use_bf16,
    bf16Ops: config.bf16_ops,
    pytorchMode: plan?.pytorchMode,
    bf16Form: plan?.bf16Form,
    opTypes,
    overrides: Object.entries(config.op_name_dict).map(([pattern, choice]) => ({ pattern, choice, matches: matches.get(pattern) ?? 0 })),
    selection: selected && selectionView(unitOf(selected, plan?.pytorchMode), config, opTypes),
    calibration: { data: config.calibration.data, samples: config.calibration.sampling_size, algorithm: config.calibration.algorithm, ranges: config.calibration.ranges, contents: data },
    weightGranularity: config.quantization.weight_granularity,
    weightAlgorithm: config.quantization.weight_algorithm,
    int8Form: plan?.int8Form,
    preparation: config.preparation,
    castPlacement: config.cast_placement,
    castCost: config.cast_cost,
    bf16Reward: config.bf16_reward,
    targetIsa: config.target_isa,
    accuracyCriterion: config.accuracy_criterion,
    sensitiveOps: (plan?.sensitiveOps ?? []).map((pattern) => ({ ...pattern, staysFp32: config.sensitive_ops[pattern.name] !== 'auto' })),
    outcome: outcomeOf(snapshots, casts, predicted),
    problems: [...refusal, ...problemsOf(plan?.problems ?? parsed.problems, [...(plan?.warnings ?? []), ...returned])],
  };
}

/** From the phases once all ran, else predicted. */
function outcomeOf(snapshots: readonly Pick<SnapshotTables, 'counts'>[], casts: Outcome['casts'] | undefined, predicted: Outcome | undefined): ConfigView['outcome'] {
  if (casts !== undefined && snapshots.length > PHASES.length) return { precision: snapshots.at(-1)!.counts, casts, assumesRanges: false, isPredicted: false };
  return predicted && { ...predicted, isPredicted: true };
}

/** Those of the file, then what the plan found, without repeats. */
function problemsOf(problems: readonly ConfigProblem[], warnings: readonly Warning[]): ConfigView['problems'] {
  const all: ConfigView['problems'] = [
    ...problems.map(({ message, severity, path, fixes = [] }) => ({ message, severity, path, fixes })),
    ...warnings.map((warning) => ({ message: warningText(warning), severity: 'warning' as const, fixes: [] })),
  ];
  return [...new Map(all.map((problem) => [problem.message, problem])).values()];
}

/** One line for the user. */
export function warningText({ node, message }: Warning): string {
  return node === undefined ? message : `${node}: ${message}`;
}

/** What is given a precision when an op is: its module, where modules are converted as wholes. */
export function unitOf({ name, op, module }: Pick<DisplayNode, 'name' | 'op' | 'module'>, mode: PytorchMode | undefined): { readonly name: string; readonly op: string } {
  return mode === 'eager' && module !== undefined ? { name: module.path, op: className(module.type) } : { name, op };
}

function selectionView({ name, op }: Pick<DisplayNode, 'name' | 'op'>, config: TuningConfig, opTypes: PlanView['opTypes']): ConfigView['selection'] {
  const pattern = exactPattern(name);
  const capability = opTypes.find((row) => row.op === op)?.capability ?? [];
  return { name, pattern, op, choice: config.op_name_dict[pattern] ?? 'auto', capability };
}
