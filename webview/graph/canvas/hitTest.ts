import { HEADER_LEFT, HEADER_MIDDLE, type Target } from './elements';
import { CHIP, GROUP_LABEL } from './images';
import { MARK_HEIGHT } from './marks';
import type { Point } from './nearView';
import { boxOfGroup, itemOfGroup, type Scene } from './scene';
import { HEADER_HEIGHT } from './styles';
import { placeBounds, visibleIn } from './visible';

/** Marks stand aside of the end of their line by no more than that. */
const REACH = 64;

/** What stands at a point of the picture, the uppermost first; of a box only its header counts. The far view shows cards alone. */
export function targetAt(scene: Scene, { x, y }: Point, far: boolean): Target {
  const { picture, marksAt } = scene;
  const near = visibleIn(picture, { left: x - REACH, right: x + REACH, top: y - REACH, bottom: y + REACH });
  const places = [...near.lines, ...near.stubs.map((stub) => ~stub)];
  const mark = far ? undefined : places.flatMap(marksAt).find((placed) => Math.abs(placed.x - x) <= placed.width / 2 && Math.abs(placed.y - y) <= MARK_HEIGHT / 2);
  if (mark) return { marks: mark.marks };
  const holds = (places: Parameters<typeof placeBounds>[0]) => (index: number): boolean => {
    const { left, top, right, bottom } = placeBounds(places, index);
    return x >= left && x <= right && y >= top && y <= bottom;
  };
  const item = near.items.find(holds(picture.items));
  if (item !== undefined) {
    const of = picture.items.of[item]!;
    return of >= 0 ? { node: of } : { group: ~of };
  }
  if (far) return {};
  const stub = near.stubs.find(holds(picture.stubs));
  if (stub !== undefined) return { node: picture.stubs.node[stub]!, stub };
  const box = near.boxes.findLast(holds(picture.boxes));
  if (box === undefined) return {};
  const { left, top } = placeBounds(picture.boxes, box);
  const inHeader = x >= left + HEADER_LEFT && y >= top && y <= top + HEADER_MIDDLE + HEADER_HEIGHT / 2;
  return inHeader ? { group: picture.boxes.group[box]! } : {};
}

/** Where the chevron of a group stands, on its card or its box; undefined inside a collapsed group. */
export function chevronOf({ picture, groups }: Scene, group: number): Point | undefined {
  const box = boxOfGroup(picture, group);
  if (box >= 0) {
    const { left, top } = placeBounds(picture.boxes, box);
    return { x: left + HEADER_LEFT + CHIP / 2, y: top + HEADER_MIDDLE };
  }
  const item = itemOfGroup(picture, groups, group);
  if (picture.items.of[item] !== ~group) return undefined;
  const { left, top } = placeBounds(picture.items, item);
  return { x: left + CHIP / 2, y: top + GROUP_LABEL };
}
