import { h } from '../graph/dom';
import { t } from '../l10n';
import type { FromTuning, TrialView, TuningView } from '../protocol';
import { deviationList } from './deviations';
import { accuracyText, percent } from './words';

export interface TrialDetails {
  readonly element: HTMLElement;
  update(tuning: TuningView, trials: readonly TrialView[], selected: number | undefined): void;
}

const NAMES = { int8: 'INT8', bf16: 'BF16', fp32: 'FP32' } as const;
const PRECISIONS = ['fp32', 'bf16', 'int8'] as const;
const LETTERS = { int8: '8', bf16: 'B', fp32: 'F' } as const;

/** What the chosen trial is, what it keeps at a higher precision, and the button that makes it the config. */
export function createTrialDetails(post: (message: FromTuning) => void): TrialDetails {
  const title = h('h2', {});
  let trial: number | undefined;
  const apply = h('button', { type: 'button', class: 'button primary', id: 'apply', onclick: () => trial !== undefined && post({ type: 'apply', trial }) });
  const figures = h('dl', { class: 'figures' });
  const mix = h('div', { class: 'mix', 'aria-hidden': 'true' });
  const counts = h('ul', { class: 'counts' });
  const kept = h('div', { class: 'kept' });
  const locate = h('button', { type: 'button', class: 'button', id: 'locate', onclick: () => trial !== undefined && post({ type: 'locate', trial }) }, t('Where Does It Go Wrong First?'));
  locate.title = t('Compares what each op reads with what it reads in the original');
  const deviations = h('div', { class: 'deviations' });
  const element = h('section', { class: 'details', 'aria-label': t('Chosen trial') }, h('div', { class: 'row' }, title, apply), figures, mix, counts, kept, locate, deviations);
  let shown = '';
  return {
    element,
    update(tuning, trials, selected) {
      trial = selected;
      const chosen = selected === undefined ? undefined : trials[selected];
      element.hidden = chosen === undefined;
      const text = JSON.stringify([selected, chosen, tuning]);
      if (chosen === undefined || text === shown) return;
      shown = text;
      const isApplied = selected === tuning.applied;
      title.textContent = selected === tuning.best ? t('Trial {0}, the best', selected! + 1) : t('Trial {0}', selected! + 1);
      apply.textContent = isApplied ? t('In the Config') : t('Apply to Config');
      apply.title = isApplied ? t('The config is this trial') : t('Writes its precisions to the config file; Undo takes them back');
      apply.disabled = isApplied;
      figures.replaceChildren(...figuresOf(chosen, tuning));
      mix.replaceChildren(...PRECISIONS.filter((precision) => chosen.precision[precision] > 0).map((precision) => {
        const part = h('span', { class: precision });
        part.style.flexGrow = String(chosen.precision[precision]);
        return part;
      }));
      counts.replaceChildren(...PRECISIONS.map((precision) => h('li', {}, chip(precision), String(chosen.precision[precision]))));
      counts.title = t('Ops, and op types that are chosen for as a whole');
      locate.hidden = chosen.deviations !== undefined;
      locate.disabled = tuning.state !== 'idle' || tuning.stale === 'files';
      deviations.replaceChildren(...(chosen.deviations === undefined ? [] : deviationList(chosen.deviations, post)));
      kept.replaceChildren(...keptOf(chosen, post));
    },
  };
}

function figuresOf({ accuracy, cost, lowered }: TrialView, tuning: TuningView): HTMLElement[] {
  const { baseline } = tuning;
  const change = baseline === undefined ? undefined : changeText(accuracy, baseline, tuning);
  const figure = (name: string, value: string, note?: string): HTMLElement =>
    h('div', {}, h('dt', {}, name), h('dd', {}, h('span', { class: 'value' }, value), note === undefined ? undefined : h('span', { class: 'hint' }, note)));
  return [
    figure(t('Accuracy'), accuracyText(accuracy, tuning), change),
    figure(t('Modelled cost'), percent(cost), t('of the original’s')),
    figure(t('Lowered'), percent(lowered), t('of the arithmetic')),
  ];
}

function changeText(accuracy: number, baseline: number, tuning: TuningView): string {
  if (accuracy === baseline) return t('as the original');
  const difference = accuracyText(Math.abs(accuracy - baseline), tuning);
  return accuracy > baseline ? t('{0} above the original', difference) : t('{0} below the original', difference);
}

function keptOf({ kept, keptCount }: TrialView, post: (message: FromTuning) => void): HTMLElement[] {
  if (keptCount === 0) return [h('p', { class: 'hint' }, t('Everything the search chooses for is at its lowest precision.'))];
  const items = kept.map(({ name, id, precision }) => h(
    'li', {}, chip(precision),
    id === undefined ? h('span', { class: 'name' }, t('all {0}', name)) : h('button', { type: 'button', class: 'link name', title: t('Show {0} in the graph', name), onclick: () => post({ type: 'show', id }) }, name),
  ));
  const more = keptCount > kept.length ? [h('p', { class: 'hint' }, t('{0} more', keptCount - kept.length))] : [];
  return [h('h3', {}, t('Not at its lowest precision')), h('ul', {}, ...items), ...more];
}

function chip(precision: keyof typeof NAMES): HTMLElement {
  return h('span', { class: `chip ${precision}`, title: NAMES[precision] }, h('span', { 'aria-hidden': 'true' }, LETTERS[precision]), h('span', { class: 'unseen' }, NAMES[precision]));
}
