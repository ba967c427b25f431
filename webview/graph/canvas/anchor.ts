import { chevronOf } from './hitTest';
import type { Point } from './nearView';
import { contains, type Rectangle } from './rectangle';
import { nodeOfItem, type Scene } from './scene';
import { visibleIn } from './visible';

/** A point of the picture before and after groups opened or closed, to be held where it is on the screen. */
export interface Anchor {
  readonly before: Point;
  readonly after: Point;
}

/** The chevron of what was toggled, if it is in sight; else the card nearest to the middle of the view, or what it is in afterwards. */
export function anchorOf(before: Scene, after: Scene, area: Rectangle, toggled: number | undefined): Anchor | undefined {
  const chevrons = toggled === undefined ? [] : [chevronOf(before, toggled), chevronOf(after, toggled)];
  const [from, to] = chevrons;
  if (from && to && contains(area, { left: from.x, right: from.x, top: from.y, bottom: from.y })) return { before: from, after: to };
  const { items } = before.picture;
  const distance = (item: number): number => Math.hypot(items.x[item]! - (area.left + area.right) / 2, items.y[item]! - (area.top + area.bottom) / 2);
  const seen = visibleIn(before.picture, area).items;
  if (seen.length === 0) return undefined;
  const item = seen.reduce((best, other) => (distance(other) < distance(best) ? other : best));
  const now = after.picture.itemOf[nodeOfItem(before, item)]!;
  return { before: centre(before, item), after: centre(after, now) };
}

function centre({ picture: { items } }: Scene, item: number): Point {
  return { x: items.x[item]!, y: items.y[item]! };
}
