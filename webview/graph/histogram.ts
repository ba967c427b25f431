import type { Histogram } from '../protocol';
import { t } from '../l10n';
import { h } from './dom';

const SVG = 'http://www.w3.org/2000/svg';
/** Of the drawing; it is stretched to the width of the panel. */
const BAR = 8;
const HEIGHT = 40;
/** A bin with few values beside a large one is still to be seen. */
const LEAST = 1;

/** How the values of a constant are distributed: a bar per bin, and what they come to. */
export function histogramFigure(histogram: Histogram): HTMLElement {
  const { min, max } = histogram;
  const text = statistics(histogram);
  if (histogram.bins.length === 0) return h('p', { class: 'kind' }, text);
  return h('figure', { class: 'histogram' }, bars(histogram), h('div', { class: 'kind ends' }, h('span', {}, numberText(min)), h('span', {}, numberText(max))), h('figcaption', { class: 'kind' }, text));
}

function bars({ bins, min, max }: Histogram): SVGElement {
  const svg = element('svg', { viewBox: `0 0 ${bins.length * BAR} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  const most = bins.reduce((a, b) => Math.max(a, b));
  const path = bins.map((count, bin) => {
    const height = count === 0 ? 0 : Math.max(LEAST, (count / most) * HEIGHT);
    return `M${bin * BAR} ${HEIGHT}v${-height}h${BAR - 2}v${height}z`;
  });
  svg.append(element('path', { d: path.join('') }));
  if (min < 0 && max > 0) {
    const zero = (-min / (max - min)) * bins.length * BAR;
    svg.append(element('line', { x1: `${zero}`, x2: `${zero}`, y1: '0', y2: `${HEIGHT}` }));
  }
  return svg;
}

function statistics({ bins, mean, standardDeviation, zeros, nan, infinite, count, sampled }: Histogram): string {
  const finite = bins.length === 0 ? [] : [t('mean {0}', numberText(mean)), t('std {0}', numberText(standardDeviation)), t('{0} zeros', percentText(zeros))];
  const odd = [nan > 0 ? t('{0} NaN', nan.toLocaleString('en')) : '', infinite > 0 ? t('{0} infinite', infinite.toLocaleString('en')) : ''];
  return [...finite, ...odd, sampled ? t('of {0} values sampled', count.toLocaleString('en')) : ''].filter(Boolean).join(' · ');
}

/** Four significant digits: `-1.234`, `0.0005`, `1.2e+10`. */
function numberText(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function percentText(share: number): string {
  const percent = share * 100;
  return `${percent > 0 && percent < 0.1 ? '<0.1' : Number(percent.toFixed(1))} %`;
}

function element(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
