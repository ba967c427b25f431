import { h } from '../graph/dom';
import { t } from '../l10n';
import type { TrialView, TuningView } from '../protocol';
import { plotLayout, type PlotLayout } from './plotLayout';
import { svg } from './svg';
import { accuracyText, metricName, percent, tickText } from './words';

/** Pixels around the plot, for the numbers on its axes. */
const SPACE = { left: 64, right: 16, top: 32, bottom: 40 };
const HEIGHT = 300;

export interface Plot {
  readonly element: HTMLElement;
  update(tuning: TuningView, trials: readonly TrialView[], selected: number | undefined): void;
}

/** Accuracy against modelled cost. The table beside it says the same to who cannot see it, and to the keyboard. */
export function createPlot(select: (trial: number) => void): Plot {
  const canvas = svg('svg', { role: 'img', height: HEIGHT });
  const element = h('div', { class: 'plot' });
  element.append(canvas, legend());
  let draw: () => void = () => {};
  new ResizeObserver(() => draw()).observe(element);
  return {
    element,
    update(tuning, trials, selected) {
      draw = () => {
        const width = Math.max(element.clientWidth, SPACE.left + SPACE.right + 100);
        canvas.setAttribute('width', String(width));
        canvas.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
        canvas.setAttribute('aria-label', summary(tuning, trials));
        const layout = plotLayout(tuning, trials);
        canvas.replaceChildren(...(layout === undefined ? [] : drawing(layout, { tuning, trials, selected, width, select })));
      };
      draw();
    },
  };
}

interface Scene {
  readonly tuning: TuningView;
  readonly trials: readonly TrialView[];
  readonly selected: number | undefined;
  readonly width: number;
  readonly select: (trial: number) => void;
}

function drawing(layout: PlotLayout, { tuning, trials, selected, width, select }: Scene): SVGElement[] {
  const left = (share: number): number => SPACE.left + share * (width - SPACE.left - SPACE.right);
  const top = (share: number): number => SPACE.top + share * (HEIGHT - SPACE.top - SPACE.bottom);
  const { baseline, worst, best, applied } = tuning;
  const line = (kind: string, share: number): SVGElement => svg('line', { class: kind, x1: left(0), x2: left(1), y1: top(share), y2: top(share) });
  const order = trials.map((_, index) => index).sort((a, b) => rank(a) - rank(b));
  function rank(index: number): number {
    return index === selected ? 2 : trials[index]!.meets ? 1 : 0;
  }
  return [
    ...layout.y.ticks.flatMap((value) => [line('grid', layout.top(value)), svg('text', { x: SPACE.left - 8, y: top(layout.top(value)) + 4, 'text-anchor': 'end' }, tickText(value, tuning))]),
    ...layout.x.ticks.map((value) => svg('text', { x: left(layout.x.at(value)), y: HEIGHT - SPACE.bottom + 16, 'text-anchor': 'middle' }, percent(value, 0))),
    svg('text', { class: 'axis', x: 0, y: 12 }, tuning.higherIsBetter ? t('{0}: higher is better', metricName(tuning)) : t('{0}: lower is better', metricName(tuning))),
    svg('text', { class: 'axis', x: left(0.5), y: HEIGHT - 6, 'text-anchor': 'middle' }, t('Modelled cost, as a share of the original’s')),
    ...(worst === undefined ? [] : [line('criterion', layout.top(worst))]),
    ...(layout.front.length > 1 ? [svg('polyline', { class: 'front', points: layout.front.map(([x, y]) => `${left(x)},${top(y)}`).join(' ') })] : []),
    ...(baseline === undefined ? [] : [svg('path', { class: 'original', d: DIAMOND, transform: `translate(${left(layout.x.at(1))} ${top(layout.top(baseline))})` }, svg('title', {}, t('The original: {0}', accuracyText(baseline, tuning))))]),
    ...order.map((index) => {
      const { isBeyond, ...place } = layout.marks[index]!;
      const trial = trials[index]!;
      const classes = ['trial', trial.meets ? 'meets' : 'fails', index === best && 'best', index === selected && 'selected', index === applied && 'applied'].filter(Boolean).join(' ');
      const mark = svg('g', { class: classes, transform: `translate(${left(place.left)} ${top(place.top)})`, 'data-trial': index + 1, onclick: () => select(index) });
      if (index === best) mark.append(svg('circle', { class: 'ring', r: 8 }));
      if (index === selected) mark.append(svg('circle', { class: 'halo', r: 11 }));
      mark.append(shape(trial, isBeyond), svg('circle', { class: 'reach', r: 9 }), svg('title', {}, tooltip(index, trial, tuning)));
      return mark;
    }),
  ];
}

const DIAMOND = 'M0 -8 8 0 0 8 -8 0z';

/** Told apart by shape, not by colour alone. */
function shape({ meets }: TrialView, isBeyond: boolean): SVGElement {
  if (isBeyond) return svg('path', { class: 'mark', d: 'M-5 -5H5L0 3z' });
  return meets ? svg('circle', { class: 'mark', r: 4.5 }) : svg('path', { class: 'mark', d: 'M-4 -4 4 4M4 -4-4 4' });
}

function tooltip(index: number, { accuracy, cost }: TrialView, tuning: TuningView): string {
  return t('Trial {0}: accuracy {1}, modelled cost {2}', index + 1, accuracyText(accuracy, tuning), percent(cost));
}

function summary(tuning: TuningView, trials: readonly TrialView[]): string {
  const { best } = tuning;
  const all = t('Plot of {0} against modelled cost, {1} trials.', metricName(tuning), trials.length);
  return best === undefined ? all : `${all} ${t('The best is trial {0}.', best + 1)}`;
}

function legend(): HTMLElement {
  const sign = (kind: string, mark: SVGElement): SVGElement => {
    const picture = svg('svg', { class: `sign ${kind}`, width: 18, height: 18, viewBox: '-9 -9 18 18', 'aria-hidden': 'true' });
    picture.append(mark);
    return picture;
  };
  const entry = (picture: SVGElement, text: string): HTMLElement => h('li', {}, picture, text);
  return h(
    'ul', { class: 'legend' },
    entry(sign('trial meets', svg('circle', { class: 'mark', r: 4.5 })), t('meets the criterion')),
    entry(sign('trial fails', svg('path', { class: 'mark', d: 'M-4 -4 4 4M4 -4-4 4' })), t('does not')),
    entry(sign('trial best', svg('circle', { class: 'ring', r: 7 })), t('best')),
    entry(sign('', svg('line', { class: 'front', x1: -8, x2: 8, y1: 0, y2: 0 })), t('not beaten in both')),
    entry(sign('', svg('line', { class: 'criterion', x1: -8, x2: 8, y1: 0, y2: 0 })), t('criterion')),
    entry(sign('', svg('path', { class: 'original', d: DIAMOND })), t('original')),
  );
}
