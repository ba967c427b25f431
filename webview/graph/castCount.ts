import type { SnapshotTables } from '../protocol';
import { t } from '../l10n';
import { plural } from './precision';

type Casts = Pick<SnapshotTables, 'casts' | 'lowerBound'>;

/** How many of the Casts are needed, in short: `all needed`, `28 needed`; undefined where nothing is proven. */
export function neededText({ casts, lowerBound: bound }: Casts): string | undefined {
  if (casts === 0 || bound === undefined) return undefined;
  return bound === casts ? t('all needed') : bound === 0 ? t('none needed') : t('{0} needed', bound.toLocaleString('en'));
}

/** What that means, and why there can be more. */
export function boundSentence({ casts, lowerBound: bound }: Casts): string | undefined {
  if (casts === 0 || bound === undefined) return undefined;
  if (casts === bound) {
    const all = plural(casts, 'Cast');
    return casts === 1 ? t('{0} is the fewest possible: no choice of BF16 or FP32 for the free ops needs fewer.', all) : t('{0} are the fewest possible: no choice of BF16 or FP32 for the free ops needs fewer.', all);
  }
  const proof = bound === 0 ? t('Some choice of BF16 or FP32 for the free ops needs no Cast.') : t('No choice of BF16 or FP32 for the free ops needs fewer than {0}.', plural(bound, 'Cast'));
  const rest = bound === 0 ? plural(casts, 'Cast') : t('The {0}', plural(casts - bound, 'other'));
  return t('{0} {1} came from a placement other than min_cut, or for more BF16 ops (bf16_reward) or fewer bytes (cast_cost).', proof, rest);
}
