import type { Core } from 'cytoscape';
import type { Picture } from '../layout/picture';
import type { Point } from './nearView';
import type { Rectangle } from './rectangle';

export interface Viewport {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** A centre and a size in the picture. */
export interface Place extends Point {
  readonly width: number;
  readonly height: number;
}

/** Below this zoom names and labels of boxes could not be read. */
export const TEXT_ZOOM = 0.5;
/** Below this zoom colours are all one sees of cards. */
export const FAR_ZOOM = 0.2;
/** A graph that fits at this zoom is first seen as a whole. */
const FIRST_ZOOM = 0.75;
const MAX_ZOOM = 3;
const MARGIN = 24;

/** Where one looks at the picture from. Moves keep to whole pixels, as text between pixels is blurred. */
export class Camera {
  private picture: Picture | undefined;

  constructor(private readonly cy: Core) {
    cy.maxZoom(MAX_ZOOM);
  }

  setPicture(picture: Picture): void {
    this.picture = picture;
    this.cy.minZoom(this.fitZoom() / 2);
  }

  resize(): void {
    this.cy.resize();
    if (this.picture) this.setPicture(this.picture);
  }

  /** The part of the picture on the screen. */
  area(): Rectangle {
    const { x1, y1, x2, y2 } = this.cy.extent();
    return { left: x1, top: y1, right: x2, bottom: y2 };
  }

  viewport(): Viewport {
    return { zoom: this.cy.zoom(), ...this.cy.pan() };
  }

  setViewport({ zoom, x, y }: Viewport): void {
    this.cy.viewport({ zoom, pan: { x, y } });
  }

  /** First sight of a graph: readable; as a whole where it fits, else from its top. */
  start(): void {
    if (!this.picture) return;
    if (this.fitZoom() >= FIRST_ZOOM) {
      this.fit();
      return;
    }
    const { items, width } = this.picture;
    this.cy.zoom(1);
    let top = 0;
    for (let item = 1; item < items.y.length; item++) if (items.y[item]! < items.y[top]!) top = item;
    const fits = width + 2 * MARGIN <= this.cy.width();
    this.panTo(this.cy.width() / 2 - (fits ? width / 2 : items.x[top]!), MARGIN);
  }

  fit(): void {
    if (!this.picture) return;
    const { width, height } = this.picture;
    this.cy.zoom(this.fitZoom());
    this.centre(width / 2, height / 2);
  }

  centre(x: number, y: number): void {
    const zoom = this.cy.zoom();
    this.panTo(this.cy.width() / 2 - x * zoom, this.cy.height() / 2 - y * zoom);
  }

  /** Moves only if the place is out of sight or too small to read; of one larger than the view its top counts. */
  reveal({ x, y, width, height }: Place): void {
    const { left, top, right, bottom } = this.area();
    const readable = this.cy.zoom() >= TEXT_ZOOM;
    const seen = Math.min(height, (bottom - top) / 2);
    const head = y - height / 2 + seen / 2;
    const aside = Math.min(width, right - left) / 2;
    if (readable && x - aside >= left && x + aside <= right && head - seen / 2 - MARGIN > top && head + seen / 2 + MARGIN < bottom) return;
    if (!readable) this.cy.zoom(1);
    this.centre(x, head);
  }

  /** Moves to the place nearest to the middle of the view. */
  revealNearest(places: readonly Place[]): void {
    const { left, top, right, bottom } = this.area();
    const distance = ({ x, y }: Place): number => Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2);
    this.reveal(places.reduce((best, place) => (distance(place) < distance(best) ? place : best)));
  }

  zoomBy(factor: number, at: Point = { x: this.cy.width() / 2, y: this.cy.height() / 2 }): void {
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: { ...at } });
  }

  panBy(x: number, y: number): void {
    this.cy.panBy({ x: Math.round(x), y: Math.round(y) });
  }

  /** Where a point of the picture is on the screen, and back. */
  toScreen({ x, y }: Point): Point {
    const { zoom, x: panX, y: panY } = this.viewport();
    return { x: x * zoom + panX, y: y * zoom + panY };
  }

  toPicture({ x, y }: Point): Point {
    const { zoom, x: panX, y: panY } = this.viewport();
    return { x: (x - panX) / zoom, y: (y - panY) / zoom };
  }

  /** Brings a point of the picture to a point of the screen. */
  hold(point: Point, screen: Point): void {
    const zoom = this.cy.zoom();
    this.panTo(screen.x - point.x * zoom, screen.y - point.y * zoom);
  }

  /** Zoom, and the point of the picture in the middle of the view. */
  middle(): Point & { readonly zoom: number } {
    const { left, top, right, bottom } = this.area();
    return { zoom: this.cy.zoom(), x: (left + right) / 2, y: (top + bottom) / 2 };
  }

  lookAt({ zoom, x, y }: Point & { readonly zoom: number }): void {
    this.cy.zoom(zoom);
    this.centre(x, y);
  }

  private panTo(x: number, y: number): void {
    this.cy.pan({ x: Math.round(x), y: Math.round(y) });
  }

  private fitZoom(): number {
    const { width, height } = this.picture!;
    const room = (length: number): number => Math.max(1, length - 2 * MARGIN);
    return Math.min(1, room(this.cy.width()) / Math.max(1, width), room(this.cy.height()) / Math.max(1, height));
  }
}

/** As in editors: the wheel scrolls, with Shift sideways; with Ctrl or a pinch it zooms at the pointer. */
export function moveWithWheel(element: HTMLElement, camera: Camera): void {
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
      if (event.ctrlKey || event.metaKey) {
        const { left, top } = element.getBoundingClientRect();
        const turn = Math.max(-100, Math.min(100, event.deltaY * pixels));
        camera.zoomBy(Math.exp(-turn / 200), { x: event.clientX - left, y: event.clientY - top });
      } else {
        const [x, y] = event.shiftKey && event.deltaX === 0 ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
        camera.panBy(-x * pixels, -y * pixels);
      }
    },
    { passive: false },
  );
}
