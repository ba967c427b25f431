import type { SnapshotView } from '../protocol';

type Casts = Pick<SnapshotView, 'casts' | 'lowerBound'>;

/** The lower bound, where it tells something of the Casts counted: above them it counts Casts the opened model came with. */
function boundOf({ casts, lowerBound }: Casts): number | undefined {
  return casts > 0 && lowerBound !== undefined && lowerBound <= casts ? lowerBound : undefined;
}

/** How many of the Casts are needed, in short: `all needed`, `28 needed`; undefined where nothing is proven. */
export function neededText(snapshot: Casts): string | undefined {
  const bound = boundOf(snapshot);
  if (bound === undefined) return undefined;
  return `${bound === snapshot.casts ? 'all' : bound === 0 ? 'none' : bound.toLocaleString('en')} needed`;
}

/** What that means, and why there can be more. */
export function boundSentence(snapshot: Casts): string | undefined {
  const bound = boundOf(snapshot);
  if (bound === undefined) return undefined;
  const more = snapshot.casts - bound;
  const count = (n: number): string => (n === 1 ? '' : ` ${n.toLocaleString('en')}`);
  if (more === 0) return `${bound === 1 ? 'This Cast is' : `These${count(bound)} Casts are`} the fewest possible: no choice of BF16 or FP32 for the free ops needs fewer.`;
  const proof = bound === 0 ? 'Some choice of BF16 or FP32 for the free ops needs no Cast' : `No choice of BF16 or FP32 for the free ops needs fewer than${bound === 1 ? ' one Cast' : `${count(bound)} Casts`}`;
  const rest = `${bound === 0 ? 'What stands here' : `The other${count(more)}`} came from a placement other than min_cut, or for more BF16 ops (bf16_reward) or fewer bytes (cast_cost).`;
  return `${proof}. ${rest}`;
}
