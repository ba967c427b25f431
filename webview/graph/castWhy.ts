import type { BoundaryLink, CastDetails, CastEnd } from '../protocol';
import { t } from '../l10n';
import { chip, nameLink, withConfigLink, type DetailsEvents } from './detailParts';
import { h } from './dom';

/** What a Cast converts, in place of a precision of its own. */
export function castRow({ label, types }: CastDetails): HTMLElement {
  return h('p', { class: 'row' }, h('span', { class: 'pill cast', 'aria-hidden': 'true' }, label), types);
}

/** The two ends that force a Cast, each with its reason, and what follows from both. */
export function forcedByBox({ from, to, conclusion }: NonNullable<CastDetails['forcedBy']>, events: DetailsEvents): HTMLElement {
  const end = ({ precision, name, node, text, configKey }: CastEnd): HTMLElement =>
    h('li', {}, chip(precision), h('p', {}, nameLink(name, node, events), ' ', ...withConfigLink(text, configKey, events)));
  return h('div', { class: 'why cast' }, h('ul', { class: 'ends' }, end(from), end(to)), h('p', {}, conclusion));
}

/** The Casts, Quantize and Dequantize a value comes through, each to go to. */
export function boundaryPills(through: readonly BoundaryLink[], events: DetailsEvents): HTMLElement[] {
  return through.map(({ id, kind, label }) => {
    const name = kind === 'cast' ? 'Cast' : label.startsWith('8') ? 'Dequantize' : 'Quantize';
    return h('button', { type: 'button', class: `pill ${kind}`, title: t('Go to {0}', `${name} ${id}`), 'aria-label': `${name} ${label}`, onclick: () => events.jump(id) }, label);
  });
}
