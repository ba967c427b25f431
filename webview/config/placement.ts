import { t } from '../l10n';
import type { CastCost, CastPlacement } from '../protocol';
import { edits } from './choice';
import { type Explained, explainedRows } from './explained';
import type { Post } from './section';

const PLACEMENTS: readonly Explained<CastPlacement>[] = [
  {
    value: 'min_cut', text: t('min-cut'), title: t('Minimum cut: the fewest Casts there can be'),
    sentence: t('Makes each op that may be either BF16 or FP32 so that the fewest Casts remain.'),
  },
  {
    value: 'depth_first', text: t('depth-first'), title: t('Depth-first: neighbours join BF16 ops'),
    sentence: t('Neighbours of BF16 ops become BF16 too where that saves Casts.'),
  },
  { value: 'none', text: t('none'), title: t('None: Casts stay where they are'), sentence: t('Only the ops asked for become BF16, each with its own Casts.') },
];

/** Shown where the file asks for it: it compares with PyTorch's autocast, and saves no Casts. */
const FOLLOW_INPUTS: Explained<CastPlacement> = {
  value: 'follow_inputs', text: t('follow inputs'), title: t('Follow inputs: as autocast of PyTorch does'),
  sentence: t('Other ops compute in the precision their inputs have, and Casts follow from that.'),
};

const COSTS: readonly Explained<CastCost>[] = [
  { value: 'count', text: t('count'), title: t('Count: the number of Casts'), sentence: t('Every Cast costs the same.') },
  { value: 'bytes', text: t('bytes'), title: t('Bytes: what Casts move, where shapes are known'), sentence: t('A Cast costs what it moves: one of a large value more than one of a small value.') },
];

/** How Casts are placed. */
export function placementRows(value: CastPlacement, post: Post): HTMLElement[] {
  const chosen = edits<CastPlacement>(post, (placement) => ({ type: 'setCastPlacement', placement }));
  const options = value === FOLLOW_INPUTS.value ? [...PLACEMENTS, FOLLOW_INPUTS] : PLACEMENTS;
  return explainedRows({ id: 'placement', name: t('Placement'), label: t('Cast placement'), options, value, ...chosen });
}

/** What a Cast costs; only a minimum cut asks. */
export function costRows(value: CastCost, post: Post): HTMLElement[] {
  const chosen = edits<CastCost>(post, (cost) => ({ type: 'setCastCost', cost }));
  return explainedRows({ id: 'cost', name: t('Cost'), label: t('Cost of Casts'), options: COSTS, value, ...chosen });
}
