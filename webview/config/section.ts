import { h, icon } from '../graph/dom';
import type { IconName } from '../graph/icons';
import type { ConfigView, FromConfig, OutcomeView, ToConfig } from '../protocol';

export type Post = (message: FromConfig) => void;
export type Matches = Extract<ToConfig, { type: 'matches' }>;

/** A part of the panel: made once, updated with each config. */
export interface Section {
  readonly element: HTMLElement;
  update(config: ConfigView): void;
  /** What the change that is tried would give; undefined when nothing is tried any more. */
  trial?(outcome: OutcomeView | undefined): void;
  /** What the pattern that is typed matches. */
  matches?(answer: Matches): void;
}

/** A part with a title that opens and closes it; main.ts remembers which are closed, by `id`. `hint`: one sentence for newcomers. */
export function foldable(id: string, title: string | Node, hint: string | Node, ...children: readonly (HTMLElement | undefined)[]): HTMLDetailsElement {
  return h('details', { id, class: 'section', open: true }, h('summary', {}, h('h2', {}, title)), h('p', { class: 'hint' }, hint), ...children);
}

export function heading(title: string, hint: string): HTMLElement {
  return h('h2', { title: hint }, title);
}

/** A button with an icon; `title` says what it does. */
export function tool(id: string, name: IconName, title: string, onclick: () => void): HTMLElement {
  return h('button', { type: 'button', class: 'tool', id, title, 'aria-label': title, onclick }, icon(name));
}

/**
 * Replaces children; the control with the same id keeps the focus. If that is gone, the one in its place gets it, or the one that
 * follows in the panel, so that who works by keyboard goes on from there.
 */
export function replaceKeepingFocus(parent: HTMLElement, children: readonly HTMLElement[]): void {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || !parent.contains(focused)) {
    parent.replaceChildren(...children);
    return;
  }
  const place = focusable(parent).indexOf(focused);
  parent.replaceChildren(...children);
  const left = focusable(parent);
  const same = focused.id === '' ? undefined : left.find(({ id }) => id === focused.id);
  (same ?? left[Math.min(Math.max(place, 0), left.length - 1)] ?? following(parent))?.focus();
}

const FOCUSABLE = 'summary, button:enabled, input:enabled, select:enabled, vscode-button:not([disabled]), vscode-text-field:not([disabled])';

function focusable(parent: ParentNode): HTMLElement[] {
  return [...parent.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((element) => element.checkVisibility());
}

function following(parent: HTMLElement): HTMLElement | undefined {
  const all = focusable(document);
  return all.find((element) => (parent.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0) ?? all.at(-1);
}
