import { h } from '../graph/dom';

/** A difference as text: `+6`, `−2`; empty where there is none. */
export function deltaText(now: number, before: number): string {
  const difference = now - before;
  if (difference === 0) return '';
  return `${difference > 0 ? '+' : '−'}${Math.abs(difference).toLocaleString('en')}`;
}

/** A number as text, and how it differs from the one before where there is one. */
export function withDelta(text: string, now: number, before: number | undefined): HTMLElement {
  const delta = before === undefined ? '' : deltaText(now, before);
  return h('span', { class: 'counted' }, text, delta === '' ? undefined : h('span', { class: 'delta' }, delta));
}
