import type { SnapshotTables } from '../protocol';
import { plural } from './precision';

type Casts = Pick<SnapshotTables, 'casts' | 'lowerBound'>;

/** How many of the Casts are needed, in short: `all needed`, `28 needed`; undefined where nothing is proven. */
export function neededText({ casts, lowerBound: bound }: Casts): string | undefined {
  if (casts === 0 || bound === undefined) return undefined;
  return `${bound === casts ? 'all' : bound === 0 ? 'none' : bound.toLocaleString('en')} needed`;
}

/** What that means, and why there can be more. */
export function boundSentence({ casts, lowerBound: bound }: Casts): string | undefined {
  if (casts === 0 || bound === undefined) return undefined;
  if (casts === bound) return `${plural(casts, 'Cast')} ${casts === 1 ? 'is' : 'are'} the fewest possible: no choice of BF16 or FP32 for the free ops needs fewer.`;
  const proof = bound === 0 ? 'Some choice of BF16 or FP32 for the free ops needs no Cast.' : `No choice of BF16 or FP32 for the free ops needs fewer than ${plural(bound, 'Cast')}.`;
  const rest = bound === 0 ? plural(casts, 'Cast') : `The ${plural(casts - bound, 'other')}`;
  return `${proof} ${rest} came from a placement other than min_cut, or for more BF16 ops (bf16_reward) or fewer bytes (cast_cost).`;
}
