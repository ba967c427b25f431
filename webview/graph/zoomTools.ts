import { t } from '../l10n';
import type { Camera } from './canvas/camera';
import { button, h } from './dom';
import { titleWithKey, ZOOM_STEP } from './keyMap';

/** Buttons for the pointer. */
export function createZoomTools(camera: () => Camera, help: () => void): HTMLElement {
  return h(
    'div',
    { class: 'tools', role: 'toolbar', 'aria-label': t('Zoom') },
    button(titleWithKey('zoomIn'), 'zoomIn', () => camera().zoomBy(ZOOM_STEP), true),
    button(titleWithKey('zoomOut'), 'zoomOut', () => camera().zoomBy(1 / ZOOM_STEP), true),
    button(titleWithKey('fit'), 'fit', () => camera().fit(), true),
    button(titleWithKey('help'), 'help', help, true),
  );
}
