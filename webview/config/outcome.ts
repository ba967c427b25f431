import { h } from '../graph/dom';
import { t } from '../l10n';
import type { ConfigView, OutcomeView } from '../protocol';
import { outcomeCard, outcomeText } from './outcomeCard';
import type { Section } from './section';

/** How long what a change made of the numbers stays beside them, in milliseconds. */
const SHOW_CHANGE = 10_000;
/** What a screen reader says waits until the numbers rest. */
const SAY_AFTER = 600;

/** What the config makes of the model; while a change is tried, what that would make of it. */
export function outcomeSection(): Section {
  const title = h('h2', {});
  const numbers = h('div', {});
  const said = h('p', { class: 'unseen', 'aria-live': 'polite' });
  const element = h('section', { class: 'outcome', 'aria-label': t('Outcome') }, title, numbers, said);
  let config: ConfigView | undefined;
  /** The last that was known: it stays, dimmed, until the next is. */
  let current: ConfigView['outcome'];
  let before: OutcomeView | undefined;
  let trial: OutcomeView | undefined;
  let forgetting: ReturnType<typeof setTimeout>;
  let saying: ReturnType<typeof setTimeout>;
  // It stays on top, so that what is scrolled to goes below it.
  new ResizeObserver(() => document.documentElement.style.setProperty('--stuck', `${element.offsetHeight}px`)).observe(element);

  function show(): void {
    const isKnown = config?.outcome !== undefined;
    title.textContent = trial !== undefined ? t('Would give') : titleOf(config);
    element.classList.toggle('tried', trial !== undefined);
    element.classList.toggle('stale', trial === undefined && !isKnown);
    const compared = trial === undefined ? before : current;
    numbers.replaceChildren(...outcomeCard(trial ?? current, isKnown ? compared : undefined));
  }

  function say(outcome: OutcomeView | undefined): void {
    clearTimeout(saying);
    if (outcome === undefined) return;
    saying = setTimeout(() => (said.textContent = `${title.textContent}: ${outcomeText(outcome)}`), SAY_AFTER);
  }

  function forgetBefore(): void {
    before = undefined;
    show();
  }

  function take(next: NonNullable<ConfigView['outcome']>): void {
    if (current !== undefined && outcomeKey(next) !== outcomeKey(current)) {
      before = current;
      clearTimeout(forgetting);
      forgetting = setTimeout(forgetBefore, SHOW_CHANGE);
      say(next);
    }
    current = next;
  }

  return {
    element,
    update(next) {
      if (next.model !== config?.model) current = before = trial = undefined;
      config = next;
      if (next.outcome !== undefined) take(next.outcome);
      show();
    },
    trial(outcome) {
      trial = outcome;
      show();
      say(outcome);
    },
  };
}

function titleOf(config: ConfigView | undefined): string {
  if (config?.outcome !== undefined) return config.outcome.isPredicted ? t('If the phases run now') : t('After the phases');
  // No phase runs while there are errors, those among them that only the model tells.
  return config?.problems.some(({ severity }) => severity === 'error') === true ? t('Not counted: the config has errors') : t('Counting…');
}

/** Equal where the numbers shown are. */
function outcomeKey({ precision, casts }: OutcomeView): string {
  return JSON.stringify([precision.fp32, precision.bf16, precision.int8, casts.inserted, casts.folded, casts.remaining, casts.lowerBound]);
}
