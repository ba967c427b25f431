import type { Picture } from '../layout/picture';
import type { Theme } from '../theme';
import type { Camera } from './camera';
import type { Lights } from './lights';
import { clearCanvas, drawOverview } from './overview';
import { contains, grow, isEmpty, overlap, type Rectangle } from './rectangle';
import type { Scene } from './scene';
import { visibleIn } from './visible';

/** Of the view, beside it on every side: how far one can pan before the canvas is drawn again. */
const MARGIN = 0.25;
/** Zooming scales what is drawn; it is drawn afresh when the zoom rests. */
const REST = 120;

/** Everything without text, on a plain canvas that is larger than the view and moves with it: a pan draws nothing. */
export class FarView {
  private drawn: { readonly area: Rectangle; readonly zoom: number } | undefined;
  private rest: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly canvas: HTMLCanvasElement) {
    canvas.style.transformOrigin = '0 0';
  }

  hide(): void {
    clearTimeout(this.rest);
    this.canvas.hidden = true;
    this.drawn = undefined;
  }

  /** The picture is no longer as it was drawn. */
  outdate(): void {
    this.drawn = undefined;
  }

  /** Moves with the view as far as what is drawn allows. */
  follow(camera: Camera, picture: Picture): boolean {
    if (!this.drawn || this.drawn.zoom !== camera.viewport().zoom) return false;
    const seen = overlap(camera.area(), wholeOf(picture));
    if (!isEmpty(seen) && !contains(this.drawn.area, seen)) return false;
    this.move(camera);
    return true;
  }

  show(scene: Scene, lights: Lights, theme: Theme, camera: Camera): void {
    clearTimeout(this.rest);
    const { zoom } = camera.viewport();
    const seen = overlap(camera.area(), wholeOf(scene.picture));
    this.canvas.hidden = isEmpty(seen);
    if (this.canvas.hidden) return;
    if (!this.drawn || !contains(this.drawn.area, seen)) this.draw(scene, lights, theme, camera);
    else if (this.drawn.zoom !== zoom) this.rest = setTimeout(() => this.draw(scene, lights, theme, camera), REST);
    this.move(camera);
  }

  private draw(scene: Scene, lights: Lights, theme: Theme, camera: Camera): void {
    const { zoom } = camera.viewport();
    const area = overlap(grow(camera.area(), MARGIN), wholeOf(scene.picture));
    const [width, height] = [Math.max(1, Math.ceil((area.right - area.left) * zoom)), Math.max(1, Math.ceil((area.bottom - area.top) * zoom))];
    const context = clearCanvas(this.canvas, width, height);
    drawOverview(context, scene, theme, visibleIn(scene.picture, area), { scaleX: zoom, scaleY: zoom, shiftX: -area.left * zoom, shiftY: -area.top * zoom }, lights);
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    this.drawn = { area, zoom };
    this.move(camera);
  }

  private move(camera: Camera): void {
    const { area, zoom } = this.drawn!;
    const { x, y } = camera.toScreen({ x: area.left, y: area.top });
    this.canvas.style.transform = `translate(${x}px, ${y}px) scale(${camera.viewport().zoom / zoom})`;
  }
}

/** With the borders of cards at its edge. */
function wholeOf({ width, height }: Picture): Rectangle {
  return { left: -1, top: -1, right: width + 1, bottom: height + 1 };
}
