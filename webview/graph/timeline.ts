import type { GraphTables } from '../protocol';
import { reasonOf } from '../tables';
import { t } from '../l10n';
import { changeAt, changesOfRule, countRules, numberAt, numberChanges, positionAt, ruleOf, step } from './changeNumbers';
import { button, h, icon } from './dom';
import { changeOfBoundary, lastChangeOfNode } from './findChange';
import type { Position } from './moment';
import { createPlayer } from './player';
import { PHASE_TITLES } from './precision';
import { createTrack } from './timelineTrack';

export interface TimelineEvents {
  go(position: Position): void;
  announce(text: string): void;
}

export interface Timeline {
  readonly element: HTMLElement;
  update(graph: GraphTables, position: Position): void;
  playPause(): void;
  stepBy(changes: number): void;
  /** To the change that put a Cast, Quantize or Dequantize there, by its id, or that last touched a node. */
  jumpTo(target: string | number): void;
}

/** The changes of all finished phases, one tick each: steps through them, plays them, shows those of one rule. */
export function createTimeline(events: TimelineEvents): Timeline {
  let numbers = numberChanges([]);
  let current = 0;
  let only: Int32Array | undefined;

  const play = button(t('Play'), 'play', () => playPause(), true);
  const rules = h('select', { 'aria-label': t('Filter by rule'), title: t('Filter by rule'), onchange: () => filter() });
  const track = createTrack({ moveTo, step: (changes) => moveTo(step(numbers, current, changes, only)), playPause, describe });
  const title = h('p', { class: 'title' });
  const reason = h('p', { class: 'reason' });
  const element = h(
    'section',
    { class: 'timeline', 'aria-label': t('Timeline of changes'), hidden: true },
    h(
      'div',
      { class: 'actions', role: 'toolbar', 'aria-label': t('Changes') },
      button(t('First'), 'first', () => moveAloud(0), true),
      button(t('Previous change'), 'chevronLeft', () => stepBy(-1), true),
      play,
      button(t('Next change'), 'chevron', () => stepBy(1), true),
      button(t('Last'), 'last', () => moveAloud(numbers.total), true),
    ),
    track.element,
    h('div', { class: 'change' }, title, reason),
    rules,
  );

  const player = createPlayer(
    (by) => {
      const next = step(numbers, current, by, only);
      if (next !== current) goTo(next);
      return step(numbers, next, 1, only) !== next;
    },
    () => {
      const label = player.isPlaying() ? t('Pause') : t('Play');
      play.replaceChildren(icon(player.isPlaying() ? 'pause' : 'play'));
      play.title = label;
      play.setAttribute('aria-label', label);
    },
  );

  function goTo(number: number): void {
    current = number;
    show();
    events.go(positionAt(numbers, number));
  }

  /** On the user's word: playing ends. */
  function moveTo(number: number): void {
    player.stop();
    if (number !== current) goTo(number);
  }

  /** Where the slider does not have the focus and tell it itself. */
  function moveAloud(number: number): void {
    moveTo(number);
    events.announce(describe(number));
  }

  function stepBy(changes: number): void {
    moveAloud(step(numbers, current, changes, only));
  }

  function playPause(): void {
    if (numbers.total === 0) return;
    // At the end, again from the beginning.
    if (!player.isPlaying() && step(numbers, current, 1, only) === current) goTo(0);
    player.toggle(only?.length ?? numbers.total);
    events.announce(player.isPlaying() ? t('Playing') : describe(current));
  }

  function filter(): void {
    only = rules.value === '' ? undefined : changesOfRule(numbers, rules.value);
    track.setChanges(numbers, only);
    show();
  }

  function describe(number: number): string {
    const at = changeAt(numbers, number);
    if (!at) return t('Before the first of {0} changes', numbers.total.toLocaleString('en'));
    const { phase } = at.snapshot;
    return t('change {0} of {1}, {2}: {3}', number.toLocaleString('en'), numbers.total.toLocaleString('en'), phase ? PHASE_TITLES[phase] : '', ruleOf(at));
  }

  function show(): void {
    const at = changeAt(numbers, current);
    const count = t('change {0} of {1}', current.toLocaleString('en'), numbers.total.toLocaleString('en'));
    title.replaceChildren(...(at ? [`${count} · `, h('b', {}, ruleOf(at))] : [describe(0)]));
    reason.textContent = reason.title = at ? reasonOf(at.snapshot.changes, at.change) : '';
    track.setCurrent(current);
  }

  function renumber(snapshots: GraphTables['snapshots']): void {
    player.stop();
    numbers = numberChanges(snapshots);
    const counts = countRules(snapshots);
    const wanted = counts.has(rules.value) ? rules.value : '';
    const option = (value: string, text: string): HTMLElement => h('option', { value, selected: value === wanted }, text);
    rules.replaceChildren(option('', t('All rules ({0})', numbers.total.toLocaleString('en'))), ...[...counts].map(([rule, count]) => option(rule, `${rule} (${count.toLocaleString('en')})`)));
    element.hidden = numbers.total === 0;
  }

  return {
    element,
    update(graph, position) {
      const { snapshots } = graph;
      const isNew = snapshots.length !== numbers.snapshots.length || snapshots.some((snapshot, index) => snapshot !== numbers.snapshots[index]);
      if (isNew) renumber(snapshots);
      current = numberAt(numbers, position);
      if (isNew) filter();
      else show();
    },
    playPause,
    stepBy,
    jumpTo(target) {
      const position = typeof target === 'string' ? changeOfBoundary(numbers.snapshots, target) : lastChangeOfNode(numbers.snapshots, target);
      if (position) moveAloud(numberAt(numbers, position));
      else events.announce(t('No change touched it'));
    },
  };
}
