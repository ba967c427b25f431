import type { SnapshotView } from '../protocol';
import type { Rectangle, Visible } from './bands';
import { NODE_HEIGHT } from './layout/types';
import type { Scene } from './scene';
import type { Theme } from './theme';

/** From model to canvas pixels. */
export interface Projection {
  readonly scaleX: number;
  readonly scaleY: number;
  readonly shiftX: number;
  readonly shiftY: number;
}

/** Edges are left out below this scale: they would be one grey surface. */
const EDGE_SCALE = 0.03;
/** Smallest side of a node, so that none disappears. */
const LEAST = 1.5;

/** Draws the picture without text on a plain canvas: the minimap and the far view. */
export function drawOverview(context: CanvasRenderingContext2D, scene: Scene, snapshot: SnapshotView, theme: Theme, visible: Visible, to: Projection): void {
  const { layout, widths } = scene;
  const x = (value: number): number => value * to.scaleX + to.shiftX;
  const y = (value: number): number => value * to.scaleY + to.shiftY;
  context.lineWidth = 1;
  context.strokeStyle = theme.line;
  context.globalAlpha = 0.5;
  for (const box of visible.boxes) context.strokeRect(x(layout.boxes.x[box]!), y(layout.boxes.y[box]!), layout.boxes.width[box]! * to.scaleX, layout.boxes.height[box]! * to.scaleY);
  if (to.scaleX >= EDGE_SCALE) {
    context.strokeStyle = theme.edge;
    context.beginPath();
    for (const edge of visible.edges) {
      const points = layout.routes.subarray(layout.routeStart[edge], layout.routeStart[edge + 1]);
      context.moveTo(x(points[0]!), y(points[1]!));
      for (let p = 2; p < points.length; p += 2) context.lineTo(x(points[p]!), y(points[p + 1]!));
    }
    context.stroke();
  }
  for (const node of visible.nodes) {
    const precision = snapshot.precision[node];
    const width = Math.max(LEAST, widths[node]! * to.scaleX);
    const height = Math.max(LEAST, NODE_HEIGHT * to.scaleY);
    context.fillStyle = precision === undefined ? theme.dim : theme.precision[precision];
    context.globalAlpha = precision === undefined ? 0.3 : 1;
    context.fillRect(x(layout.x[node]!) - width / 2, y(layout.y[node]!) - height / 2, width, height);
  }
  context.globalAlpha = 1;
}

/** Clears a canvas and fits its resolution to its size on the screen; all that follows is in CSS pixels. */
export function clearCanvas(canvas: HTMLCanvasElement): { context: CanvasRenderingContext2D; width: number; height: number } {
  const ratio = window.devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}

export function wholeOf(scene: Scene): Rectangle {
  return { left: 0, top: 0, right: scene.layout.width, bottom: scene.layout.height };
}
