import type { TuningConfig } from '../../config/config';
import type { Dialect } from '../../dialect';
import type { Graph } from '../../graph/graph';
import { Rewriter } from '../../graph/rewriter';
import type { Progress } from '../../host';
import type { Plan } from '../../plan';
import type { Change } from '../../snapshot';
import { Casts } from '../casts';
import { joinNeighbours } from './depthFirst';
import type { RuleContext } from './localRule';
import { applyLocalRules } from './localRules';
import { returnIslandsToFp32 } from './returnToFp32';

export interface OptimizeRequest {
  readonly graph: Graph;
  /** The graph before phase 2, which says what every node read before there were Casts. */
  readonly unconverted: Graph;
  readonly plan: Plan;
  readonly config: TuningConfig;
  readonly dialect: Dialect;
}

interface Optimized {
  readonly graph: Graph;
  readonly changes: readonly Change[];
}

/** Phase 3: fewer Casts with the same precisions asked for. */
export function optimize(request: OptimizeRequest, progress: Progress): Optimized {
  const { graph, plan, config, dialect } = request;
  const rewriter = new Rewriter(graph, 'optimize');
  const context = { rewriter, dialect, casts: new Casts(rewriter, dialect), plan };
  PLACEMENTS[config.cast_placement](request, context, progress);
  return { graph: rewriter.changes.length === 0 ? graph : rewriter.finish(), changes: rewriter.changes };
}

type PlaceCasts = (request: OptimizeRequest, context: RuleContext, progress: Progress) => void;

const PLACEMENTS: Readonly<Record<TuningConfig['cast_placement'], PlaceCasts>> = {
  min_cut: (request, context, progress) => PLACEMENTS.depth_first(request, context, progress),
  depth_first: ({ plan, unconverted }, context, progress) => {
    progress.report('Joining BF16 neighbours');
    applyLocalRules(context, progress);
    joinNeighbours(plan, context, progress);
    returnIslandsToFp32(plan, unconverted, context, progress);
    applyLocalRules(context, progress);
  },
  none: () => {},
};
