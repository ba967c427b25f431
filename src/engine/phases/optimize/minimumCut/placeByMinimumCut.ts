import { castTypes, isBetweenFp32AndBf16 } from '../../../capabilities/castTypes';
import type { TuningConfig } from '../../../config/config';
import type { Dialect } from '../../../dialect';
import type { Graph } from '../../../graph/graph';
import type { Progress } from '../../../host';
import type { CastCause, CastProof } from '../../../snapshot';
import type { RuleContext } from '../localRule';
import { applyPlacement } from './applyPlacement';
import type { PlacementGraph } from './buildProblem';
import { costsOf, unitCosts } from './castCosts';
import { placeCasts } from './castPlacement';
import type { Placement } from './placementProblem';

/** Places the Casts of the whole graph at the least cost the config's weights allow. */
export function placeByMinimumCut(
  placed: PlacementGraph, config: TuningConfig, unconverted: Graph, context: RuleContext, progress: Progress,
): Placement {
  const costs = costsOf(config, unconverted, context.dialect.nodesInLoops(unconverted), context.dialect);
  const placement = placeCasts(placed.problem(costs, 'beside-fp32'), progress);
  applyPlacement(placed, placement.isBf16, unconverted, context, progress);
  return placement;
}

/** A bound on the Casts that any placement needs, those the model came with included: the value of the minimum cut. */
export function fewestCasts(placed: PlacementGraph, progress: Progress): number {
  return placeCasts(placed.problem(unitCosts(placed.roundings), 'everywhere'), progress).cost;
}

/**
 * The proof for the Casts of `graph`: the bound, without the Casts the model came with that still stand there, and what
 * forces each Cast where a placement by minimum cut says so.
 */
export function proofOf(
  graph: Graph, unconverted: Graph, fewest: number, placed: PlacementGraph, placement: Placement | undefined, dialect: Dialect,
): CastProof {
  const causes = new Map<string, CastCause>();
  let own = 0;
  for (const node of graph.nodes.values()) {
    const types = castTypes(node, dialect);
    if (types === undefined || !isBetweenFp32AndBf16(types)) continue;
    if (unconverted.nodes.has(node.id) && !placed.roundings.has(node.inputs[0]!.node)) own++;
    const value = placed.indexOf(node.inputs[0]!);
    const cause = value === undefined ? undefined : placement?.cause(value, types.to === 'bfloat16' ? 'bf16' : 'fp32');
    if (cause !== undefined) causes.set(node.id, { bf16: placed.ends[cause.bf16]!, fp32: placed.ends[cause.fp32]! });
  }
  return { lowerBound: Math.max(0, fewest - own), causes };
}
