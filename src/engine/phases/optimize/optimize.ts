import type { TuningConfig } from '../../config/config';
import type { Dialect } from '../../dialect';
import type { Graph } from '../../graph/graph';
import { Rewriter } from '../../graph/rewriter';
import type { Progress } from '../../host';
import type { Plan } from '../../plan';
import type { CastProof, Change } from '../../snapshot';
import { Casts } from '../casts';
import { joinNeighbours } from './depthFirst';
import { foldPromotedCasts } from './foldPromotedCasts';
import { followInputs } from './followInputs';
import type { RuleContext } from './localRule';
import { applyLocalRules } from './localRules';
import { buildProblem, type PlacementGraph } from './minimumCut/buildProblem';
import { fewestCasts, placeByMinimumCut, proofOf } from './minimumCut/placeByMinimumCut';
import type { Placement } from './minimumCut/placementProblem';
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
  readonly castProof: CastProof;
}

/** Phase 3: fewer Casts with the same precisions asked for, and how many there must be at least. */
export function optimize(request: OptimizeRequest, progress: Progress): Optimized {
  const { graph, unconverted, plan, config, dialect } = request;
  progress.report('Finding the fewest Casts');
  const placed = buildProblem(unconverted, plan, dialect, progress);
  const fewest = fewestCasts(placed, progress);
  const rewriter = new Rewriter(graph, 'optimize');
  const context = { rewriter, dialect, casts: new Casts(rewriter, dialect), plan };
  const method = plan.byModule ? 'none' : config.cast_placement;
  const placement = method === 'none' ? undefined : PLACEMENTS[method](request, placed, context, progress);
  if (method !== 'none') {
    applyLocalRules(context, progress);
    foldPromotedCasts(context, progress);
  }
  const optimized = rewriter.changes.length === 0 ? graph : rewriter.finish();
  return { graph: optimized, changes: rewriter.changes, castProof: proofOf(optimized, unconverted, fewest, placed, placement, dialect) };
}

type PlaceCasts = (request: OptimizeRequest, placed: PlacementGraph, context: RuleContext, progress: Progress) => Placement | undefined;

/** What each method does before the local rules fold what is left. */
const PLACEMENTS: Readonly<Record<Exclude<TuningConfig['cast_placement'], 'none'>, PlaceCasts>> = {
  min_cut: ({ unconverted, config }, placed, context, progress) => {
    progress.report('Placing Casts');
    return placeByMinimumCut(placed, config, unconverted, context, progress);
  },
  depth_first: ({ unconverted }, _, context, progress) => {
    progress.report('Joining BF16 neighbours');
    applyLocalRules(context, progress);
    joinNeighbours(context, progress);
    returnIslandsToFp32(unconverted, context, progress);
    return undefined;
  },
  follow_inputs: (_request, _placed, context, progress) => {
    progress.report('Following BF16 values');
    followInputs(context, progress);
    return undefined;
  },
};
