import { h, icon } from '../graph/dom';
import type { IconName } from '../graph/icons';
import { t } from '../l10n';
import type { FromTuning, TrialView, TuningView } from '../protocol';
import { accuracyText, percent, stateText } from './words';

type Action = 'start' | 'startAnew' | 'pause' | 'resume' | 'cancel' | 'chooseData';

export interface Actions {
  readonly element: HTMLElement;
  update(tuning: TuningView, trials: readonly TrialView[]): void;
}

/** Starts, holds and ends the search, and says how it goes. */
export function createActions(post: (message: FromTuning) => void): Actions {
  const buttons = h('div', { class: 'buttons', role: 'toolbar', 'aria-label': t('Search') });
  const state = h('p', { class: 'state', role: 'status' });
  const progress = h('p', { class: 'hint progress' });
  const problem = h('p', { class: 'error', role: 'alert', hidden: true });
  const element = h('section', { class: 'actions', 'aria-label': t('Search') }, buttons, h('div', { class: 'texts' }, state, progress), problem);
  let shown = '';
  const set = (place: HTMLElement, text: string): void => {
    // Announced once.
    if (place.textContent !== text) place.textContent = text;
  };
  return {
    element,
    update(tuning, trials) {
      const offered = offeredBy(tuning, trials.length);
      const key = JSON.stringify([offered, isDone(tuning)]);
      if (key !== shown) {
        const hadFocus = buttons.contains(document.activeElement);
        buttons.replaceChildren(...offered.map((offer, index) => button(offer, index === 0 && !isDone(tuning), () => post({ type: offer.action }))));
        if (hadFocus) buttons.querySelector('button')?.focus();
      }
      shown = key;
      element.classList.toggle('running', tuning.state === 'running');
      set(state, stateText(tuning, trials));
      set(progress, progressText(tuning, trials));
      problem.hidden = tuning.problem === undefined;
      set(problem, tuning.problem ?? '');
    },
  };
}

interface Offer {
  readonly action: Action;
  readonly text: string;
  readonly icon: IconName;
  readonly title: string;
}

const OFFERS: Readonly<Record<Action, Offer>> = {
  start: { action: 'start', text: t('Start'), icon: 'play', title: t('Searches for the lowest precisions that meet the criterion') },
  startAnew: { action: 'startAnew', text: t('Start Anew'), icon: 'reset', title: t('Forgets these trials and searches by the present config') },
  pause: { action: 'pause', text: t('Pause'), icon: 'pause', title: t('Starts no further trial') },
  resume: { action: 'resume', text: t('Resume'), icon: 'play', title: t('Goes on') },
  cancel: { action: 'cancel', text: t('Cancel'), icon: 'close', title: t('Ends the search at once; what was measured is kept') },
  chooseData: { action: 'chooseData', text: t('Choose Data…'), icon: 'search', title: t('An .npz file, or a folder of .npy files, with one array per model input and one of labels') },
};
const GO_ON: Offer = { ...OFFERS.start, text: t('Continue'), title: t('Goes on with these trials: what is known is not measured again') };

/** Going on tries nothing new, unless the strategy or the criterion is another now. */
function isDone({ state, end }: TuningView): boolean {
  return state === 'idle' && (end === 'met' || end === 'exhausted');
}

/** The first is what most want. */
function offeredBy({ data, state, stale }: TuningView, trials: number): readonly Offer[] {
  if (data === undefined) return [OFFERS.chooseData];
  if (state === 'looking') return [];
  if (state === 'running') return [OFFERS.pause, OFFERS.cancel];
  if (state === 'paused') return [OFFERS.resume, OFFERS.cancel];
  if (stale !== undefined) return [OFFERS.startAnew];
  return trials === 0 ? [OFFERS.start] : [GO_ON, OFFERS.startAnew];
}

function button({ text, icon: name, title }: Offer, isPrimary: boolean, onclick: () => void): HTMLElement {
  return h('button', { type: 'button', class: isPrimary ? 'button primary' : 'button', title, onclick }, icon(name), h('span', {}, text));
}

function progressText(tuning: TuningView, trials: readonly TrialView[]): string {
  const { baseline, best, maxTrials } = tuning;
  const parts = [
    trials.length === 0 ? undefined : trials.length === 1 ? t('1 trial of at most {0}', maxTrials) : t('{0} trials of at most {1}', trials.length, maxTrials),
    baseline === undefined ? undefined : t('original {0}', accuracyText(baseline, tuning)),
    best === undefined ? undefined : t('best {0} at {1} of the modelled cost', accuracyText(trials[best]!.accuracy, tuning), percent(trials[best]!.cost)),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}
