import { h } from '../graph/dom';
import type { ConfigView, FromConfig } from '../protocol';

export type Post = (message: FromConfig) => void;

/** A part of the panel: made once, updated with each config. */
export interface Section {
  readonly element: HTMLElement;
  update(config: ConfigView): void;
}

export function heading(title: string, hint: string): HTMLElement {
  return h('h2', { title: hint }, title);
}

/** Replaces children; the control with the same id keeps the focus. */
export function replaceKeepingFocus(parent: HTMLElement, children: readonly HTMLElement[]): void {
  const focused = parent.contains(document.activeElement) ? document.activeElement?.id : undefined;
  parent.replaceChildren(...children);
  if (focused !== undefined && focused !== '') document.getElementById(focused)?.focus();
}
