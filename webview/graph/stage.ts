import { t } from '../l10n';
import { h } from './dom';

/** The graph area: the tree that takes the focus and screen readers read, with a canvas for the near and one for the far view in it. */
export interface Stage {
  readonly element: HTMLElement;
  readonly near: HTMLElement;
  readonly far: HTMLCanvasElement;
  /** Polite announcements; goes into the page beside the stage. */
  readonly live: HTMLElement;
  setLabel(text: string): void;
  announce(text: string): void;
}

export function createStage(tree: HTMLElement): Stage {
  const live = h('div', { class: 'unseen', 'aria-live': 'polite' });
  const near = h('div', { class: 'near', 'aria-hidden': 'true' });
  const far = h('canvas', { class: 'far', hidden: true, 'aria-hidden': 'true' });
  tree.append(far, near);
  return {
    element: tree,
    near,
    far,
    live,
    setLabel: (model) => tree.setAttribute('aria-label', t('Graph of {0}', model)),
    announce(text) {
      live.textContent = text;
    },
  };
}
