import type { TuningConfig } from '../../config/config';
import type { Dialect } from '../../dialect';
import type { Graph } from '../../graph/graph';
import { Rewriter } from '../../graph/rewriter';
import type { Progress } from '../../host';
import type { Plan } from '../../plan';
import type { Change } from '../../snapshot';
import { Casts } from '../casts';
import { joinNeighbours } from './depthFirst';
import { applyLocalRules } from './localRules';
import { returnIslandsToFp32 } from './returnToFp32';

export interface OptimizeRequest {
  readonly graph: Graph;
  /** The graph before phase 2, from which ops that return to FP32 are restored. */
  readonly unconverted: Graph;
  readonly plan: Plan;
  readonly placement: TuningConfig['cast_placement'];
  readonly dialect: Dialect;
}

/** Phase 3: fewer Casts with the same precisions asked for. With placement `none` the Casts of phase 2 stay. */
export function optimize({ graph, unconverted, plan, placement, dialect }: OptimizeRequest, progress: Progress): { graph: Graph; changes: readonly Change[] } {
  if (placement === 'none') return { graph, changes: [] };
  const rewriter = new Rewriter(graph, 'optimize');
  const context = { rewriter, dialect, casts: new Casts(rewriter, dialect) };
  progress.report('Folding Casts');
  applyLocalRules(context, progress);
  progress.report('Joining BF16 neighbours');
  joinNeighbours(plan, context, progress);
  returnIslandsToFp32(plan, unconverted, context, progress);
  progress.report('Folding Casts');
  applyLocalRules(context, progress);
  return { graph: rewriter.finish(), changes: rewriter.changes };
}
