import type { FromGraph, RunningView, SnapshotTables } from '../protocol';
import { t } from '../l10n';
import { boundSentence, neededText } from './castCount';
import { button, h } from './dom';
import { LETTERS, NAMES, plural, PRECISIONS, STEPS } from './precision';

/** What is said of a snapshot. */
type Summary = Pick<SnapshotTables, 'counts' | 'casts' | 'lowerBound' | 'quantizes' | 'dequantizes'>;
type Command = Extract<FromGraph, { type: 'command' }>['command'];

export interface PhaseBar {
  readonly element: HTMLElement;
  update(snapshots: readonly Summary[], shown: number, running: RunningView | undefined): void;
}

/** The conversion in one line: a step per phase with its mix of precisions and its Casts, and what can be done next. */
export function createPhaseBar(show: (snapshot: number) => void, command: (command: Command) => void): PhaseBar {
  const steps = h('div', { class: 'steps', role: 'radiogroup', 'aria-label': t('Phases') });
  const next = button(t('Run Next Phase'), 'play', () => command('runNextPhase'));
  next.classList.add('primary');
  const all = button(t('Run All'), 'runAll', () => command('runAllPhases'));
  const back = button(t('Step Back'), 'stepBack', () => command('stepBack'), true);
  const reset = button(t('Reset'), 'reset', () => command('reset'), true);
  const save = button(t('Save Converted Model'), 'save', () => command('save'), true);
  const config = button(t('Open Config'), 'settings', () => command('openConfig'), true);
  const actions = h('div', { class: 'actions', role: 'toolbar', 'aria-label': t('Conversion') }, next, all, back, reset, save, config);
  const message = h('span', { class: 'message' });
  const bar = h('div', { class: 'bar', role: 'progressbar', 'aria-label': t('Progress'), 'aria-valuemin': '0', 'aria-valuemax': '100' }, h('div'));
  const cancel = h('button', { type: 'button', class: 'tool labelled secondary', onclick: () => command('cancel') }, t('Cancel'));
  const progress = h('div', { class: 'progress', hidden: true }, message, cancel, bar);
  const element = h('header', { class: 'phaseBar' }, steps, actions, progress);

  steps.addEventListener('keydown', (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const enabled = [...steps.querySelectorAll<HTMLButtonElement>('.step:not(.pending)')];
    const at = enabled.findIndex((step) => step.getAttribute('aria-checked') === 'true');
    enabled[at + move]?.click();
    steps.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
  });

  return {
    element,
    update(snapshots, shown, running) {
      const focused = steps.contains(document.activeElement);
      steps.replaceChildren(...STEPS.flatMap((title, k) => (k === 0 ? [] : [h('span', { class: 'link', 'aria-hidden': 'true' })]).concat(step({ title, index: k, snapshot: snapshots[k], isShown: k === shown, isBusy: running !== undefined || snapshots.length === 0 }, show))));
      if (focused) steps.querySelector<HTMLElement>('[aria-checked="true"]')?.focus();
      const busy = running !== undefined;
      const done = snapshots.length;
      const disable = (what: HTMLButtonElement, reason: string | undefined, label: string): void => {
        what.disabled = reason !== undefined;
        what.title = reason === undefined ? label : t('{0}: {1}', label, reason);
      };
      const whileBusy = busy ? t('a phase is running') : done === 0 ? t('no model is open') : undefined;
      const whenDone = done === STEPS.length ? t('all phases have run') : undefined;
      const whenNew = done === 1 ? t('no phase has run yet') : undefined;
      disable(next, whileBusy ?? whenDone, t('Run Next Phase'));
      disable(all, whileBusy ?? whenDone, t('Run All Phases'));
      disable(back, whileBusy ?? whenNew, t('Step Back'));
      disable(reset, whileBusy ?? whenNew, t('Reset'));
      disable(save, whileBusy ?? whenNew, t('Save Converted Model…'));
      actions.hidden = busy;
      progress.hidden = !busy;
      message.textContent = message.title = running ? [running.title, running.message].filter(Boolean).join(': ') : '';
      const percent = running?.fraction === undefined ? undefined : Math.round(running.fraction * 100);
      bar.classList.toggle('endless', percent === undefined);
      if (percent === undefined) bar.removeAttribute('aria-valuenow');
      else bar.setAttribute('aria-valuenow', String(percent));
      (bar.firstElementChild as HTMLElement).style.width = percent === undefined ? '' : `${percent}%`;
    },
  };
}

interface Step {
  readonly title: string;
  readonly index: number;
  readonly snapshot: Summary | undefined;
  readonly isShown: boolean;
  readonly isBusy: boolean;
}

/** A click on a step whose phase has not run asks for the phases up to it; the arrow keys stay among those that have. */
function step({ title, index, snapshot, isShown: current, isBusy }: Step, show: (snapshot: number) => void): HTMLElement {
  const element = h('button', { type: 'button', class: 'step', role: 'radio', 'aria-checked': String(current), tabindex: current ? '0' : '-1', onclick: () => show(index) }, h('span', { class: 'title' }, title));
  element.disabled = snapshot === undefined && isBusy;
  element.classList.toggle('pending', snapshot === undefined);
  element.append(mixBar(snapshot));
  if (snapshot) {
    const mix = PRECISIONS.filter((precision) => snapshot.counts[precision] > 0).map((precision) => `${snapshot.counts[precision]} ${NAMES[precision]}`);
    element.title = t('{0}: {1}; {2}, {3} Quantize, {4} Dequantize', title, mix.join(', '), plural(snapshot.casts, 'Cast'), snapshot.quantizes, snapshot.dequantizes);
    const bound = boundSentence(snapshot);
    if (bound !== undefined) element.title += `\n${bound}`;
    if (index > 0) element.append(h('span', { class: 'casts' }, [plural(snapshot.casts, 'Cast'), neededText(snapshot)].filter(Boolean).join(' · ')));
  } else element.title = isBusy ? t('{0}: not run yet', title) : t('{0}: not run yet. Click to run the phases up to here', title);
  return element;
}

/** Shares of the precisions as a bar; ops of no precision are left out. */
export function mixBar(snapshot: Summary | undefined): HTMLElement {
  const bar = h('span', { class: 'mix', 'aria-hidden': 'true' });
  if (!snapshot) return bar;
  for (const precision of ['fp32', 'bf16', 'int8'] as const) {
    if (snapshot.counts[precision] === 0) continue;
    const part = h('span', { class: precision });
    part.style.flexGrow = String(snapshot.counts[precision]);
    part.title = `${LETTERS[precision]} ${snapshot.counts[precision]}`;
    bar.append(part);
  }
  return bar;
}
