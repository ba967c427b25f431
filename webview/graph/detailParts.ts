import type { Precision } from '../protocol';
import { t } from '../l10n';
import { button, h, path } from './dom';
import type { Position } from './moment';
import { LETTERS } from './precision';

export interface DetailsEvents {
  /** To a node of the picture, or the Cast, Quantize or Dequantize of a mark, by its id. */
  jump(id: string): void;
  openConfigKey(key: string): void;
  close(): void;
  /** To the clipboard. */
  copy(text: string): void;
  /** To just after a change. */
  goTo(position: Position): void;
  /** Opens or closes a group. */
  toggleGroup(group: number): void;
}

export function section(title: string, ...content: readonly (Node | undefined)[]): HTMLElement {
  return h('section', {}, h('h3', {}, title), ...content);
}

/** What is selected, and its name to be copied. */
export function headOf(title: string, name: string, events: DetailsEvents): HTMLElement[] {
  const copy = button(t('Copy name'), 'copy', () => events.copy(name), true);
  return [
    h('div', { class: 'head' }, h('h2', {}, title), h('div', { class: 'headActions' }, copy, button(t('Close'), 'close', () => events.close(), true))),
    h('p', { class: 'path' }, ...path(name)),
  ];
}

/** The letter of a precision on its colour. */
export function chip(precision: Precision | undefined): HTMLElement {
  return h('span', { class: `chip ${precision ?? 'gone'}`, 'aria-hidden': 'true' }, precision === undefined ? '×' : LETTERS[precision]);
}

/** A name, as a link where there is a node of the picture to go to. */
export function nameLink(name: string, node: string | undefined, events: DetailsEvents): HTMLElement {
  if (node === undefined) return h('span', { class: 'name' }, ...path(name));
  return h('button', { type: 'button', class: 'link name', title: t('Go to {0}', name), onclick: () => events.jump(node) }, ...path(name));
}

/** A sentence with the section of the config that decided as a link; one the sentence does not name gets a link of its own. */
export function withConfigLink(text: string, configKey: string | undefined, events: DetailsEvents): (Node | string)[] {
  if (configKey === undefined) return [text];
  const section = configKey.split('.')[0]!;
  const link = h('button', { type: 'button', class: 'link', title: t('Show {0} in the config', configKey), onclick: () => events.openConfigKey(configKey) }, section);
  const at = text.indexOf(section);
  return at < 0 ? [text, ' ', link] : [text.slice(0, at), link, text.slice(at + section.length)];
}
