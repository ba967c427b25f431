import { h } from './dom';

/** The graph area: one tab stop, a canvas for the near and one for the far view, and what screen readers hear. */
export interface Stage {
  readonly element: HTMLElement;
  readonly near: HTMLElement;
  readonly far: HTMLCanvasElement;
  /** Polite announcements; goes into the page beside the stage. */
  readonly live: HTMLElement;
  setLabel(text: string): void;
  /** Describes the node the keyboard is at. */
  setActive(text: string): void;
  announce(text: string): void;
}

export function createStage(): Stage {
  const active = h('div', { id: 'active', role: 'treeitem', 'aria-selected': 'true', class: 'unseen' });
  const live = h('div', { class: 'unseen', 'aria-live': 'polite' });
  const near = h('div', { class: 'near', 'aria-hidden': 'true' });
  const far = h('canvas', { class: 'far', hidden: true, 'aria-hidden': 'true' });
  const element = h('div', { class: 'stage', tabindex: '0', role: 'tree', 'aria-activedescendant': 'active', 'aria-label': 'Graph' }, active, far, near);
  const announce = (text: string): void => {
    live.textContent = text;
  };
  return {
    element,
    near,
    far,
    live,
    setLabel: (text) => element.setAttribute('aria-label', text),
    setActive(text) {
      active.textContent = text;
      announce(text);
    },
    announce,
  };
}
