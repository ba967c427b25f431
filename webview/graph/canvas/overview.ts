import { GONE, PRECISIONS } from '../../tables';
import { HEAT_LEVELS, UNMEASURED } from '../heat';
import type { Theme } from '../theme';
import type { Lights } from './lights';
import type { Scene } from './scene';
import { linePoints, type Visible } from './visible';

/** From model to canvas pixels. */
export interface Projection {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly shiftX: number;
  readonly shiftY: number;
}

/** Lines are left out below this scale: they would be one grey surface. */
const LINE_SCALE = 0.03;
/** Smallest side of a card, so that none disappears. */
const LEAST = 1.5;

/** Where a picture has more cards, those that would hide each other are drawn once. */
const CROWD = 2000;
/** More than a canvas is high. */
const PIXELS = 2 ** 20;
/** From what is selected to its frame. */
const FRAME = 3;

/** Draws the picture without text on a plain canvas: the minimap and the far view. A group is as many parts as it has precisions. */
export function drawOverview(context: CanvasRenderingContext2D, scene: Scene, theme: Theme, visible: Visible, to: Projection, lights?: Lights): void {
  const x = (value: number): number => value * to.scaleX + to.shiftX;
  const y = (value: number): number => value * to.scaleY + to.shiftY;
  const { boxes, items } = scene.picture;
  context.lineWidth = 1;
  context.strokeStyle = theme.line;
  for (const box of visible.boxes) {
    const [width, height] = [boxes.width[box]! * to.scaleX, boxes.height[box]! * to.scaleY];
    const [left, top] = [x(boxes.x[box]!) - width / 2, y(boxes.y[box]!) - height / 2];
    context.fillStyle = theme.boxes[Math.min(theme.boxes.length - 1, scene.boxDepths[box]!)]!;
    if (theme.highContrast) context.strokeRect(left, top, width, height);
    else context.fillRect(left, top, width, height);
  }
  context.globalAlpha = 0.5;
  if (to.scaleX >= LINE_SCALE) {
    context.strokeStyle = theme.edge;
    context.beginPath();
    for (const line of visible.lines) {
      const points = linePoints(scene.picture, line);
      context.moveTo(x(points[0]!), y(points[1]!));
      for (let p = 2; p < points.length; p += 2) context.lineTo(x(points[p]!), y(points[p + 1]!));
    }
    context.stroke();
  }
  const crowded = items.x.length > CROWD;
  const parts = cardParts(scene, crowded ? apart(scene, visible.items, to, lights) : visible.items, lights);
  const fill = (part: CardPart): void => {
    const width = Math.max(LEAST, items.width[part.item]! * to.scaleX);
    const height = Math.max(LEAST, items.height[part.item]! * to.scaleY);
    context.fillRect(x(items.x[part.item]!) + width * (part.from - 0.5), y(items.y[part.item]!) - height / 2, width * (part.to - part.from), height);
  };
  const frameItem = (item: number): void => {
    const [width, height] = [items.width[item]! * to.scaleX + 2 * FRAME, items.height[item]! * to.scaleY + 2 * FRAME];
    context.strokeStyle = theme.focus;
    context.lineWidth = 2;
    context.strokeRect(x(items.x[item]!) - width / 2, y(items.y[item]!) - height / 2, width, height);
  };
  // A colour at a time: setting it costs more than a rectangle.
  parts.forEach(({ lit, dimmed }, way) => {
    const colour = colourOf(way, scene, theme);
    context.fillStyle = colour ?? theme.dim;
    context.globalAlpha = colour === undefined ? 0.3 : 1;
    lit.forEach(fill);
    context.globalAlpha = 0.15;
    dimmed.forEach(fill);
  });
  context.globalAlpha = 1;
  if (lights && lights.selectedItem >= 0) frameItem(lights.selectedItem);
}

/** Of a part by its way, as `cardParts` has them; undefined for what is gone or not measured. */
function colourOf(way: number, { heat }: Scene, theme: Theme): string | undefined {
  if (heat) return theme.heat[way];
  const precision = PRECISIONS[way];
  return precision && theme.precision[precision];
}

/** The items of which each has a pixel of its own, those that are lit before the others. */
function apart({ picture: { items } }: Scene, among: readonly number[], to: Projection, lights: Lights | undefined): number[] {
  const taken = new Set<number>();
  const keep = (item: number): boolean => {
    const pixel = Math.round(items.x[item]! * to.scaleX) * PIXELS + Math.round(items.y[item]! * to.scaleY);
    return !taken.has(pixel) && taken.add(pixel).size > 0;
  };
  const isLit = lights?.isLit;
  return isLit ? [...among.filter((item) => isLit(item) && keep(item)), ...among.filter((item) => !isLit(item) && keep(item))] : among.filter(keep);
}

/** A share of the width of a card. */
interface CardPart {
  readonly item: number;
  readonly from: number;
  readonly to: number;
}

/** By precision, last what is no longer in the graph; or by how sensitive it is, last what is not measured. */
function cardParts({ picture, moment, mixOf, heat }: Scene, items: readonly number[], lights: Lights | undefined): { lit: CardPart[]; dimmed: CardPart[] }[] {
  const ways = heat ? HEAT_LEVELS : PRECISIONS.length;
  const parts = Array.from({ length: ways + 1 }, () => 0).map(() => ({ lit: [] as CardPart[], dimmed: [] as CardPart[] }));
  for (const item of items) {
    const list = !lights || lights.isLit(item) ? 'lit' : 'dimmed';
    const of = picture.items.of[item]!;
    const add = (way: number, from: number, to: number): unknown => parts[way]![list].push({ item, from, to });
    if (heat) {
      const level = of >= 0 ? heat.nodes[of]! : heat.groups[~of]!;
      add(level === UNMEASURED ? HEAT_LEVELS : level, 0, 1);
      continue;
    }
    const precision = of >= 0 ? moment.precision[of]! : 0;
    if (of >= 0) {
      add(precision === GONE ? PRECISIONS.length : precision, 0, 1);
      continue;
    }
    const { counts, nodes } = mixOf(~of);
    if (nodes === 0) add(PRECISIONS.length, 0, 1);
    let from = 0;
    counts.forEach((count, way) => {
      if (count === 0) return;
      add(way, from, from + count / nodes);
      from += count / nodes;
    });
  }
  return parts;
}

/** Gives a canvas a size on the screen, the resolution that fits it, and nothing on it; all that follows is in CSS pixels. */
export function clearCanvas(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = window.devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
