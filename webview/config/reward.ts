import { h } from '../graph/dom';
import { t } from '../l10n';
import { edits } from './choice';
import type { Post } from './section';

/** While the slider moves, its value is tried at most this often, in milliseconds. */
const TRY_EVERY = 100;

export interface RewardSlider {
  readonly element: HTMLElement;
  /** Shows the value of the config; one that is being slid to stays unless the config's changed. */
  set(reward: number): void;
}

/** What a BF16 op is worth. The slider ends at one Cast; the file may hold more. */
export function rewardSlider(post: Post): RewardSlider {
  const { onChange, onTry } = edits<number>(post, (reward) => ({ type: 'setBf16Reward', reward }));
  const shown = h('output', { class: 'number value', for: 'reward' });
  const hint = h('p', { class: 'hint', id: 'reward-hint' });
  let known: number | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let isTried = false;

  function put(reward: number): void {
    shown.textContent = String(reward);
    hint.textContent = reward === 0 ? t('Only the fewest Casts count.') : t('How many Casts one more op that computes in BF16 is worth.');
  }

  function tryIt(): void {
    waiting = undefined;
    isTried = true;
    onTry?.(slider.valueAsNumber);
  }

  const slider = h('input', {
    type: 'range', id: 'reward', min: '0', max: '1', step: '0.05', 'aria-label': t('BF16 reward'), 'aria-describedby': 'reward-hint',
    oninput: () => {
      put(slider.valueAsNumber);
      waiting ??= setTimeout(tryIt, TRY_EVERY);
    },
    onchange: () => {
      clearTimeout(waiting);
      waiting = undefined;
      if (isTried) onTry?.(undefined);
      isTried = false;
      known = slider.valueAsNumber;
      onChange(known);
    },
  });
  return {
    element: h('div', {}, h('div', { class: 'row setting' }, h('span', { class: 'name' }, t('BF16 reward')), slider, shown), hint),
    set(reward) {
      if (reward === known) return;
      known = reward;
      slider.value = String(reward);
      put(reward);
    },
  };
}
