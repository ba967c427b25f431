import { h } from './dom';
import { createTree, type Tree } from './tree';
import type { TreeTarget } from './treeRows';

/** The graph area: one tab stop, the tree that screen readers know, a canvas for the near and one for the far view. */
export interface Stage {
  readonly element: HTMLElement;
  readonly tree: Tree;
  readonly near: HTMLElement;
  readonly far: HTMLCanvasElement;
  /** Polite announcements of what is not in the tree; goes into the page beside the stage. */
  readonly live: HTMLElement;
  setLabel(text: string): void;
  announce(text: string): void;
}

export function createStage(press: (target: TreeTarget) => void): Stage {
  const tree = createTree(press);
  const near = h('div', { class: 'near', 'aria-hidden': 'true' });
  const far = h('canvas', { class: 'far', hidden: true, 'aria-hidden': 'true' });
  const live = h('div', { class: 'unseen', 'aria-live': 'polite' });
  tree.element.append(far, near);
  return {
    element: tree.element,
    tree,
    near,
    far,
    live,
    setLabel: (text) => tree.element.setAttribute('aria-label', text),
    announce: (text) => (live.textContent = text),
  };
}
