import { h } from '../graph/dom';
import { t } from '../l10n';
import type { CastNumbers } from '../protocol';
import { castLine } from './outcomeCard';
import { costRows, placementRows } from './placement';
import { rewardSlider } from './reward';
import { foldable, replaceKeepingFocus, type Post, type Section } from './section';

/** Where Casts between FP32 and BF16 go; how many remain, while a change is tried with that. */
export function castsSection(post: Post): Section {
  const placement = h('div', {});
  const cost = h('div', {});
  const reward = rewardSlider(post);
  const title = h('span', { class: 'name' });
  const line = h('div', {});
  const remaining = h('div', { class: 'row setting remaining' }, title, line);
  let model: string | undefined;
  /** The last that were known. */
  let current: CastNumbers | undefined;
  let trial: CastNumbers | undefined;

  function show(): void {
    title.textContent = trial === undefined ? t('Remaining') : t('Would remain');
    remaining.classList.toggle('tried', trial !== undefined);
    line.replaceChildren(castLine(trial ?? current, trial && current));
  }

  return {
    element: foldable('casts', t('Casts'), t('A Cast converts a value between FP32 and BF16 at run time. Fewer are faster.'), remaining, placement, cost, reward.element),
    update: ({ model: name, castPlacement, castCost, bf16Reward, outcome }) => {
      replaceKeepingFocus(placement, placementRows(castPlacement, post));
      // A minimum cut alone weighs what Casts cost against what BF16 is worth.
      const isWeighed = castPlacement === 'min_cut';
      replaceKeepingFocus(cost, isWeighed ? costRows(castCost, post) : []);
      reward.element.hidden = !isWeighed;
      reward.set(bf16Reward);
      current = outcome?.casts ?? (name === model ? current : undefined);
      model = name;
      remaining.classList.toggle('stale', outcome === undefined);
      show();
    },
    trial: (outcome) => {
      trial = outcome?.casts;
      show();
    },
  };
}
