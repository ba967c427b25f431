import type { Core } from 'cytoscape';
import type { Rectangle } from './bands';
import type { Scene } from './scene';

export interface Viewport {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** A centre and a width in the picture. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Below this zoom names and labels of boxes could not be read. */
export const TEXT_ZOOM = 0.5;
const MAX_ZOOM = 3;
const MARGIN = 24;

/** Where one looks at the picture from. Moves keep to whole pixels, as text between pixels is blurred. */
export class Camera {
  private scene: Scene | undefined;

  constructor(private readonly cy: Core) {
    cy.maxZoom(MAX_ZOOM);
  }

  setScene(scene: Scene): void {
    this.scene = scene;
    this.resize();
  }

  resize(): void {
    this.cy.resize();
    if (this.scene) this.cy.minZoom(this.fitZoom() / 2);
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

  /** First sight of a graph: readable, from its first input. */
  start(): void {
    if (!this.scene) return;
    const { layout, incoming } = this.scene;
    this.cy.zoom(1);
    let first = 0;
    for (let node = 1; node < layout.y.length; node++) if (incoming[node]!.length === 0 && layout.y[node]! < layout.y[first]!) first = node;
    const fits = layout.width + 2 * MARGIN <= this.cy.width();
    this.panTo(this.cy.width() / 2 - (fits ? layout.width / 2 : layout.x[first]!), MARGIN);
  }

  fit(): void {
    if (!this.scene) return;
    const { width, height } = this.scene.layout;
    this.cy.zoom(this.fitZoom());
    this.centre(width / 2, height / 2);
  }

  centre(x: number, y: number): void {
    const zoom = this.cy.zoom();
    this.panTo(this.cy.width() / 2 - x * zoom, this.cy.height() / 2 - y * zoom);
  }

  /** Moves only if the node is out of sight or too small to read. */
  revealNode(node: number): void {
    if (!this.scene) return;
    const { layout, widths } = this.scene;
    this.reveal({ x: layout.x[node]!, y: layout.y[node]!, width: widths[node]! });
  }

  /** Moves as for a node, to the place nearest to the middle of the view. */
  revealNearest(places: readonly Place[]): void {
    const { left, top, right, bottom } = this.area();
    const distance = ({ x, y }: Place): number => Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2);
    this.reveal(places.reduce((best, place) => (distance(place) < distance(best) ? place : best)));
  }

  zoomBy(factor: number, at = { x: this.cy.width() / 2, y: this.cy.height() / 2 }): void {
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: at });
  }

  panBy(x: number, y: number): void {
    this.cy.panBy({ x: Math.round(x), y: Math.round(y) });
  }

  private reveal({ x, y, width }: Place): void {
    const { left, top, right, bottom } = this.area();
    const readable = this.cy.zoom() >= TEXT_ZOOM;
    if (readable && x - width / 2 > left && x + width / 2 < right && y - 2 * MARGIN > top && y + 2 * MARGIN < bottom) return;
    if (!readable) this.cy.zoom(1);
    this.centre(x, y);
  }

  private panTo(x: number, y: number): void {
    this.cy.pan({ x: Math.round(x), y: Math.round(y) });
  }

  private fitZoom(): number {
    const { width, height } = this.scene!.layout;
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
