import { h } from '../dom';
import type { Theme } from '../theme';
import { clearCanvas, drawOverview, type Projection } from './overview';
import type { Rectangle } from './rectangle';
import type { Scene } from './scene';
import { everything } from './visible';

export interface Minimap {
  readonly element: HTMLElement;
  draw(scene: Scene, theme: Theme): void;
  frame(area: Rectangle): void;
}

const MARGIN = 8;
/** A long thin graph is drawn wider than it is, so that one can see where it branches. */
const MOST_STRETCH = 12;

/** The whole graph at the lower right, with a frame around what the view shows; click or drag moves the view. Pointer only: keys move along edges. */
export function createMinimap(moveTo: (x: number, y: number) => void): Minimap {
  const canvas = h('canvas');
  const frame = h('div', { class: 'frame' });
  const element = h('div', { class: 'minimap', 'aria-hidden': 'true' }, canvas, frame);
  let projection: Projection = { scaleX: 1, scaleY: 1, shiftX: 0, shiftY: 0 };
  let [width, height] = [0, 0];
  const go = (event: PointerEvent): void => {
    const { left, top } = canvas.getBoundingClientRect();
    moveTo((event.clientX - left - projection.shiftX) / projection.scaleX, (event.clientY - top - projection.shiftY) / projection.scaleY);
  };
  element.addEventListener('pointerdown', (event) => {
    element.setPointerCapture(event.pointerId);
    go(event);
  });
  element.addEventListener('pointermove', (event) => {
    if (element.hasPointerCapture(event.pointerId)) go(event);
  });
  return {
    element,
    draw(scene, theme) {
      [width, height] = [canvas.clientWidth, canvas.clientHeight];
      const { picture } = scene;
      const scaleY = (height - 2 * MARGIN) / Math.max(1, picture.height);
      const scaleX = Math.min((width - 2 * MARGIN) / Math.max(1, picture.width), scaleY * MOST_STRETCH);
      projection = { scaleX, scaleY: Math.min(scaleY, scaleX * MOST_STRETCH), shiftX: (width - picture.width * scaleX) / 2, shiftY: MARGIN };
      drawOverview(clearCanvas(canvas, width, height), scene, theme, { ...everything(picture), lines: [] }, projection);
    },
    frame({ left, top, right, bottom }) {
      const { scaleX, scaleY, shiftX, shiftY } = projection;
      const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
      const x0 = clamp(left * scaleX + shiftX, width);
      const x1 = clamp(right * scaleX + shiftX, width);
      const y0 = clamp(top * scaleY + shiftY, height);
      const y1 = clamp(bottom * scaleY + shiftY, height);
      Object.assign(frame.style, { left: `${x0}px`, top: `${y0}px`, width: `${Math.max(4, x1 - x0)}px`, height: `${Math.max(4, y1 - y0)}px` });
    },
  };
}
