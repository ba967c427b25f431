import { listAt } from '../tables';
import { t } from '../l10n';
import { changeAt, type ChangeNumbers } from './changeNumbers';
import { h } from './dom';
import { plural } from './precision';
import { onThemeChange, readTheme } from './theme';
import { drawTicks, layTicks, type Tick } from './timelineTicks';

export interface TrackEvents {
  moveTo(number: number): void;
  step(changes: number): void;
  playPause(): void;
  /** What a number stands for, in words. */
  describe(number: number): string;
}

/** A slider over all changes, drawn as ticks. */
export interface Track {
  readonly element: HTMLElement;
  /** `only`: the others are faded. */
  setChanges(numbers: ChangeNumbers, only: Int32Array | undefined): void;
  setCurrent(number: number): void;
}

export function createTrack(events: TrackEvents): Track {
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const element = h('div', { class: 'track', role: 'slider', tabindex: '0', 'aria-label': t('Changes'), 'aria-valuemin': '0' }, canvas);
  let numbers: ChangeNumbers = { snapshots: [], start: [0], total: 0 };
  let only: Int32Array | undefined;
  let current = 0;
  let ticks: readonly Tick[] = [];
  let theme = readTheme();

  const draw = (): void => {
    if (ticks.length > 0) drawTicks(canvas, ticks, numbers.total, current, theme);
  };
  const layOut = (): void => {
    ticks = numbers.total === 0 || element.clientWidth === 0 ? [] : layTicks(numbers, element.clientWidth, only);
    draw();
  };
  /** The more ops, the taller the tick. */
  const tooltip = (number: number): string => {
    const at = changeAt(numbers, number);
    return at ? `${events.describe(number)}\n${plural(listAt(at.snapshot.changes.nodes, at.change).length, 'op')}` : events.describe(number);
  };

  const keys: Readonly<Record<string, () => void>> = {
    ArrowRight: () => events.step(1),
    ArrowUp: () => events.step(1),
    ArrowLeft: () => events.step(-1),
    ArrowDown: () => events.step(-1),
    // By phase.
    PageUp: () => events.moveTo(numbers.start.find((start) => start > current) ?? numbers.total),
    PageDown: () => events.moveTo(numbers.start.findLast((start) => start < current) ?? 0),
    Home: () => events.moveTo(0),
    End: () => events.moveTo(numbers.total),
    Enter: () => events.playPause(),
    ' ': () => events.playPause(),
  };
  element.addEventListener('keydown', (event) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  });
  const numberUnder = (event: PointerEvent): number => {
    const { left, width } = element.getBoundingClientRect();
    return Math.min(numbers.total, Math.max(0, Math.ceil(((event.clientX - left) / width) * numbers.total)));
  };
  element.addEventListener('pointerdown', (event) => {
    element.setPointerCapture(event.pointerId);
    events.moveTo(numberUnder(event));
  });
  element.addEventListener('pointermove', (event) => {
    if (element.hasPointerCapture(event.pointerId)) events.moveTo(numberUnder(event));
    else element.title = tooltip(numberUnder(event));
  });
  new ResizeObserver(layOut).observe(element);
  onThemeChange(() => {
    theme = readTheme();
    draw();
  });

  return {
    element,
    setChanges(next, wanted) {
      numbers = next;
      only = wanted;
      element.setAttribute('aria-valuemax', String(numbers.total));
      layOut();
    },
    setCurrent(number) {
      current = number;
      element.setAttribute('aria-valuenow', String(current));
      element.setAttribute('aria-valuetext', events.describe(current));
      draw();
    },
  };
}
