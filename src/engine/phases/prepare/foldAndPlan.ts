import type { TuningConfig } from '../../config/config';
import { type PlanContext, resolvePlan } from '../../config/plan';
import type { Precision } from '../../graph/dataType';
import type { Graph } from '../../graph/graph';
import { Rewriter } from '../../graph/rewriter';
import type { Progress } from '../../host';
import type { Plan } from '../../plan';
import { foldBatchNorm } from './foldBatchNorm';
import { heirs } from './heirs';
import { fusePadding } from './fusePadding';
import { prepare } from './prepare';

export interface FoldedAndPlanned {
  /** With what was done so far as changes. */
  readonly rewriter: Rewriter;
  readonly folded: Graph;
  /** Of the graph given, which stays as it is. */
  readonly first: Plan;
  /** Of what is left; an op that has another id now, or is computed by another one, is planned under both. */
  readonly plan: Plan;
}

/**
 * Prepares the graph by the rules that are on, folds paddings and batch normalisation around the ops planned INT8 or BF16, and
 * plans what is left, as phase 1 does. Where no op is, the graph stays as it is. Linear.
 */
export function foldAndPlan(graph: Graph, config: TuningConfig, context: PlanContext, progress: Progress): FoldedAndPlanned {
  const { dialect } = context;
  const first = resolvePlan(graph, config, context);
  const rewriter = new Rewriter(graph, 'quantize');
  // A module converted as a whole keeps all its nodes.
  const merged = first.byModule ? new Map<string, string>() : prepare(rewriter, dialect, config.preparation, progress);
  // The rewriter's own table goes on changing.
  const prepared = { ...rewriter.finish(), nodes: new Map(rewriter.finish().nodes) };
  const before = rewriter.changes.length === 0 ? first : resolvePlan(prepared, config, context);
  if (![...before.nodes.values()].some(({ precision }) => precision === 'int8' || precision === 'bf16')) {
    return { rewriter: new Rewriter(graph, 'quantize'), folded: graph, first, plan: first };
  }
  const isLowered = (id: string, precisions: readonly Precision[] = ['int8', 'bf16']): boolean => precisions.includes(before.nodes.get(id)?.precision ?? 'fp32');
  if (config.preparation.padding_fusion && !first.byModule) fusePadding(rewriter, dialect, (id) => isLowered(id), progress);
  if (config.preparation.batch_norm_folding) {
    progress.report('Folding batch normalisation');
    foldBatchNorm(rewriter, dialect, ({ id }) => isLowered(id, dialect.keepsBatchNormBeforeBf16 === true ? ['int8'] : undefined), progress);
  }
  const folded = rewriter.finish();
  if (rewriter.changes.length === 0) return { rewriter, folded, first, plan: first };
  const plan = resolvePlan(folded, config, context);
  const heirOf = heirs(prepared, folded, dialect);
  const inherited = [...merged, ...heirOf].flatMap(([id, heir]) => {
    const planned = plan.nodes.get(heirOf.get(heir) ?? heir);
    return planned === undefined ? [] : [[id, planned] as const];
  });
  return { rewriter, folded, first, plan: { ...plan, nodes: new Map([...plan.nodes, ...inherited]) } };
}
