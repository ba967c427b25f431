import type { Camera } from './camera';
import { button, h } from './dom';
import { ZOOM_STEP } from './keys';

/** Buttons for the pointer; the camera comes later than they do. */
export function createZoomTools(camera: () => Camera): HTMLElement {
  return h(
    'div',
    { class: 'tools', role: 'toolbar', 'aria-label': 'Zoom' },
    button('Zoom In (+)', 'zoomIn', () => camera().zoomBy(ZOOM_STEP), true),
    button('Zoom Out (-)', 'zoomOut', () => camera().zoomBy(1 / ZOOM_STEP), true),
    button('Fit Graph (f)', 'fit', () => camera().fit(), true),
  );
}
