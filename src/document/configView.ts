import type { ParsedConfig } from '../engine/config/parse';
import type { PlanView, Report } from '../engine/conversion';
import type { Warning } from '../engine/plan';
import { allReturned } from '../engine/report/allReturned';
import type { ConfigView, DisplayNode, SnapshotTables } from '../../webview/protocol';
import { exactPattern } from './configEdits';

/** What the side panel shows: the config file, and what the plan made of it. */
export function configView(state: {
  readonly model: string;
  /** Name of the config file, if there is one. */
  readonly file: string | undefined;
  readonly parsed: ParsedConfig;
  readonly plan: PlanView | undefined;
  readonly selected: Pick<DisplayNode, 'name' | 'op'> | undefined;
  readonly casts: Report['casts'] | undefined;
  readonly snapshots: readonly Pick<SnapshotTables, 'phase' | 'counts'>[];
}): ConfigView {
  const { model, file, parsed, plan, selected, casts, snapshots } = state;
  const returned = allReturned(snapshots.map(({ phase, counts }) => ({ phase, precision: counts })));
  const { config } = parsed;
  const opTypes = plan?.opTypes ?? [];
  const matches = new Map(plan?.overrides.map(({ pattern, matches }) => [pattern, matches]));
  return {
    file,
    model,
    useBf16: config.use_bf16,
    opTypes,
    overrides: Object.entries(config.op_name_dict).map(([pattern, choice]) => ({ pattern, choice, matches: matches.get(pattern) ?? 0 })),
    selection: selected && selectionView(selected, parsed, opTypes),
    calibration: { data: config.calibration.data, samples: config.calibration.sampling_size, algorithm: config.calibration.algorithm },
    castPlacement: config.cast_placement,
    castCost: config.cast_cost,
    bf16Reward: config.bf16_reward,
    sensitiveOps: (plan?.sensitiveOps ?? []).map((pattern) => ({ ...pattern, staysFp32: config.sensitive_ops[pattern.name] !== 'auto' })),
    casts: casts && { inserted: casts.inserted, folded: casts.folded, remaining: casts.remaining, lowerBound: casts.lowerBound },
    problems: [...new Set([...parsed.problems.map(({ message }) => message), ...(plan?.problems ?? []), ...[...(plan?.warnings ?? []), ...returned].map(warningText)])],
  };
}

/** One line for the user. */
export function warningText({ node, message }: Warning): string {
  return node === undefined ? message : `${node}: ${message}`;
}

function selectionView({ name, op }: Pick<DisplayNode, 'name' | 'op'>, { config }: ParsedConfig, opTypes: PlanView['opTypes']): ConfigView['selection'] {
  const pattern = exactPattern(name);
  const capability = opTypes.find((row) => row.op === op)?.capability ?? [];
  return { name, pattern, op, choice: config.op_name_dict[pattern] ?? 'auto', capability };
}
