import type { Precision, SnapshotView } from '../protocol';
import { chip } from './detailParts';
import { h, icon } from './dom';
import { NAMES, PRECISIONS } from './precision';

export interface Legend {
  readonly element: HTMLElement;
  update(snapshot: SnapshotView, ghosts: boolean): void;
}

/** What colours and marks mean, with how many of them are drawn; the ghosts of folded marks can be switched off here. */
export function createLegend(toggleGhosts: () => void): Legend {
  const list = h('ul');
  const ghosts = h('button', { type: 'button', class: 'toggle', onclick: toggleGhosts });
  const title = h('button', { type: 'button', class: 'title', title: 'Legend', 'aria-expanded': 'true' }, icon('chevron'), h('span', {}, 'Legend'));
  title.addEventListener('click', () => title.setAttribute('aria-expanded', String(title.getAttribute('aria-expanded') === 'false')));
  const element = h('aside', { class: 'legend', 'aria-label': 'Legend' }, title, list, ghosts);
  return {
    element,
    update(snapshot, on) {
      const marks = { cast: 0, quantize: 0, folded: 0 };
      for (const { kind, state } of snapshot.marks) marks[state === 'folded' ? 'folded' : kind]++;
      const drawn = (precision: Precision | undefined): number => snapshot.precision.filter((p) => p === precision).length;
      const row = (sign: HTMLElement, name: string, count: number): HTMLElement => h('li', {}, sign, h('span', {}, name), h('span', { class: 'count' }, count.toLocaleString('en')));
      const pill = (kind: string, label: string): HTMLElement => h('span', { class: `pill ${kind}`, 'aria-hidden': 'true' }, label);
      list.replaceChildren(
        ...PRECISIONS.filter((precision) => drawn(precision) > 0).map((precision) => row(chip(precision), NAMES[precision], drawn(precision))),
        ...(drawn(undefined) > 0 ? [row(chip(undefined), 'Removed', drawn(undefined))] : []),
        ...(snapshot.quantizes + snapshot.dequantizes > 0 ? [row(pill('quantize', '8'), 'Quantize, Dequantize', snapshot.quantizes + snapshot.dequantizes)] : []),
        ...(snapshot.casts > 0 ? [row(pill('cast', 'F→B'), 'Cast', snapshot.casts)] : []),
      );
      ghosts.hidden = marks.folded === 0;
      ghosts.setAttribute('aria-pressed', String(on));
      ghosts.title = on ? 'Hide what was folded (g)' : 'Show what was folded (g)';
      ghosts.replaceChildren(pill('cast folded', 'F→B'), h('span', {}, on ? 'Folded' : 'Folded, hidden'), h('span', { class: 'count' }, marks.folded.toLocaleString('en')));
    },
  };
}
