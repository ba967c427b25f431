import type { Progress } from '../../../host';
import { flowEnds } from './flowEnds';
import { maximumFlow, type MaximumFlow } from './maximumFlow';
import { placementNetwork, type PlacementNetwork } from './placementNetwork';
import { BF16, type Placement, type PlacementProblem } from './placementProblem';

/**
 * The exact optimum of a placement problem, with the Casts that remain traced to the fixed groups that force them.
 *
 * Why nothing is cheaper: every placement is a cut of the network and costs at least what the cut's edges can carry, since
 * each cost is an edge (or a shared edge behind edges of infinite capacity). Every flow has to pass every cut, so no placement
 * costs less than the flow's value; the placement returned costs just that. (L. R. Ford and D. R. Fulkerson, "Maximal flow
 * through a network", 1956.)
 *
 * @throws Error when a tie joins FP32 with BF16, and what `progress.throwIfCancelled` throws.
 */
export function placeCasts(problem: PlacementProblem, progress: Progress): Placement {
  const built = placementNetwork(problem, progress);
  const maximum = maximumFlow(built.network, built.supply, built.demand, progress);
  const isBf16 = Uint8Array.from(built.groupEnd, (end) => (end >= 0 ? maximum.onSourceSide[end]! : Number(problem.classes[~end] === BF16)));
  // The cut counts rewards forgone as costs.
  const rewards = problem.rewards.reduce((sum, reward) => sum + reward, 0);
  return { isBf16, cost: built.unavoidable + maximum.value - rewards, cause: causes(problem, built, maximum, isBf16) };
}

/** Answers `Placement.cause`; labels the ends of all flow once, when first asked. */
function causes(problem: PlacementProblem, built: PlacementNetwork, maximum: MaximumFlow, isBf16: Uint8Array): Placement['cause'] {
  const { producers, firstReader, readers, promotes, costToBf16, costToFp32 } = problem;
  let ends: { readonly source: Int32Array; readonly sink: Int32Array } | undefined;
  return (value, type) => {
    const toBf16 = type === 'bf16';
    const producer = producers[value]!;
    const cost = (toBf16 ? costToBf16 : costToFp32)[value]!;
    const stands = producer >= 0 && isBf16[producer] !== Number(toBf16) &&
      readers.subarray(firstReader[value], firstReader[value + 1])
        .some((reader, index) => isBf16[reader] === Number(toBf16) && (toBf16 || promotes[firstReader[value]! + index] === 0));
    if (!stands || cost === 0) return undefined;

    ends ??= {
      source: flowEnds(built.network, maximum, 'source', built.supplier),
      sink: flowEnds(built.network, maximum, 'sink', built.demander),
    };
    const made = built.groupEnd[producer]!;
    const read = (toBf16 ? built.bf16Readers : built.fp32Readers)[value]!;
    const [tail, head] = toBf16 ? [read, made] : [made, read];
    const bf16 = tail < 0 ? ~tail : ends.source[tail]!;
    const fp32 = head < 0 ? ~head : ends.sink[head]!;
    return bf16 === -1 || fp32 === -1 ? undefined : { bf16, fp32 };
  };
}
