import { h } from '../graph/dom';
import { t } from '../l10n';
import type { DeviationView, FromTuning } from '../protocol';

/** Values this many dB over their error are taken for good: a hundredth of the range, about what INT8 leaves. */
export const GOOD = 40;
/** Of the bars: no error that is shorter would be seen. */
const MOST = 80;

/** The ops in the order in which they run, with how far what they read is off; the first that is clearly off is marked. */
export function deviationList(deviations: readonly DeviationView[], post: (message: FromTuning) => void): HTMLElement[] {
  const first = firstOff(deviations);
  const items = deviations.map(({ name, id, decibels }, index) => {
    const bar = h('span', { class: 'deviation', 'aria-hidden': 'true' }, h('span', {}));
    (bar.firstElementChild as HTMLElement).style.width = `${100 * errorShare(decibels)}%`;
    const link = h('button', { type: 'button', class: 'link name', title: t('Show {0} in the graph', name), onclick: () => post({ type: 'show', id }) }, name);
    return h('li', { class: index === first ? 'first' : '' }, bar, h('span', { class: 'decibels' }, decibelText(decibels)), link, index === first ? h('strong', {}, t('first below {0} dB', GOOD)) : undefined);
  });
  const title = first < 0 ? t('What ops read is never further off than {0} dB', GOOD) : t('How far what ops read is off, in the order in which they run');
  return [h('h3', {}, title), h('ol', {}, ...items)];
}

/** Index of the first op that reads what is clearly off; -1 where none does. */
export function firstOff(deviations: readonly DeviationView[]): number {
  return deviations.findIndex(({ decibels }) => decibels < GOOD);
}

/** 0 for no error worth a bar, 1 for one as large as the values. */
export function errorShare(decibels: number): number {
  return Math.min(1, Math.max(0, 1 - decibels / MOST));
}

function decibelText(decibels: number): string {
  return Number.isFinite(decibels) ? `${decibels.toFixed(1)} dB` : t('no error');
}
