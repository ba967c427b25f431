import { GONE, PRECISIONS } from '../tables';
import { t } from '../l10n';
import { chip } from './detailParts';
import { h, icon } from './dom';
import { type Heat, heatText } from './heat';
import type { Moment } from './moment';
import { NAMES } from './precision';

export interface Legend {
  readonly element: HTMLElement;
  /** `heat`: what is known of how sensitive ops are, and whether they are coloured by it. */
  update(moment: Moment, ghosts: boolean, heat?: { readonly heat: Heat; readonly isOn: boolean }): void;
}

/** How many of each are drawn. */
interface Drawn {
  /** By PRECISIONS. */
  readonly precisions: readonly number[];
  readonly gone: number;
  readonly casts: number;
  readonly quantizes: number;
  readonly folded: number;
}

/** What colours and marks mean, with how many of them are drawn; the ghosts of folded marks can be switched off here. */
export function createLegend(toggleGhosts: () => void, toggleHeat: () => void): Legend {
  const list = h('ul');
  const ghosts = h('button', { type: 'button', class: 'toggle', onclick: toggleGhosts });
  const sensitivity = h('button', { type: 'button', class: 'toggle', onclick: toggleHeat });
  const title = h('button', { type: 'button', class: 'title', title: t('Legend'), 'aria-expanded': 'true' }, icon('chevron'), h('span', {}, t('Legend')));
  title.addEventListener('click', () => title.setAttribute('aria-expanded', String(title.getAttribute('aria-expanded') === 'false')));
  const element = h('aside', { class: 'legend', 'aria-label': t('Legend') }, title, list, ghosts, sensitivity);
  const row = (sign: HTMLElement, name: string, count: number): HTMLElement[] =>
    count === 0 ? [] : [h('li', {}, sign, h('span', {}, name), h('span', { class: 'count' }, count.toLocaleString('en')))];
  const pill = (kind: string, label: string): HTMLElement => h('span', { class: `pill ${kind}`, 'aria-hidden': 'true' }, label);
  const heatRows = ({ counts, unmeasured }: Heat): HTMLElement[] => [
    h('li', { class: 'heading' }, t('Output over its error')),
    ...counts.flatMap((count, level) => row(h('span', { class: `swatch heat${level}`, 'aria-hidden': 'true' }), heatText(level), count)),
    ...row(h('span', { class: 'swatch', 'aria-hidden': 'true' }), t('not measured'), unmeasured),
  ];
  return {
    element,
    update(moment, on, known) {
      const { precisions, gone, casts, quantizes, folded } = drawnAt(moment);
      list.replaceChildren(
        ...PRECISIONS.flatMap((precision, code) => row(chip(precision), NAMES[precision], precisions[code]!)),
        ...row(chip(undefined), t('Removed'), gone),
        ...row(pill('quantize', '8'), t('Quantize, Dequantize'), quantizes),
        ...row(pill('cast', 'F→B'), t('Cast'), casts),
        ...(known?.isOn ? heatRows(known.heat) : []),
      );
      sensitivity.hidden = known === undefined;
      sensitivity.setAttribute('aria-pressed', String(known?.isOn ?? false));
      sensitivity.title = t('Colours ops by how far the output is off where each alone is at its lowest precision');
      sensitivity.replaceChildren(h('span', { class: 'swatch heat4', 'aria-hidden': 'true' }), h('span', {}, t('Sensitivity')), h('span', { class: 'count' }));
      ghosts.hidden = folded === 0;
      ghosts.setAttribute('aria-pressed', String(on));
      ghosts.title = on ? t('Hide what was folded (g)') : t('Show what was folded (g)');
      ghosts.replaceChildren(pill('cast folded', 'F→B'), h('span', {}, on ? t('Folded') : t('Folded, hidden')), h('span', { class: 'count' }, folded.toLocaleString('en')));
    },
  };
}

/** Linear in nodes and marks. */
function drawnAt({ precision, marks }: Moment): Drawn {
  const precisions = PRECISIONS.map(() => 0);
  let gone = 0;
  for (const code of precision) {
    if (code === GONE) gone++;
    else precisions[code]!++;
  }
  const standing = { cast: new Set<string>(), quantize: new Set<string>() };
  let folded = 0;
  for (const mark of marks) {
    if (mark.folded) folded++;
    else for (const id of mark.ids) standing[mark.kind].add(id);
  }
  return { precisions, gone, casts: standing.cast.size, quantizes: standing.quantize.size, folded };
}
