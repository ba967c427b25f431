import type { GroupBoxes, Items } from '../layout/picture';
import type { Place } from './camera';
import type { Selected } from './lights';
import { MARK_HEIGHT } from './marks';
import { boxOfGroup, itemOfGroup, type Scene } from './scene';

/** Everywhere something stands; what is inside a collapsed group stands at its card. */
export function placesOf({ picture, groups, moment, marksAt, tables }: Scene, { node, group, boundary }: Selected): Place[] {
  const { items, boxes, itemOf, place } = picture;
  if (node !== undefined) return [placeOf(items, itemOf[node]!)];
  if (group !== undefined) {
    const box = boxOfGroup(picture, group);
    return [box >= 0 ? placeOf(boxes, box) : placeOf(items, itemOfGroup(picture, groups, group))];
  }
  if (boundary === undefined) return [];
  const edges = moment.marks.filter(({ ids }) => ids.includes(boundary)).map(({ edge }) => edge);
  const pills = [...new Set(edges.map((edge) => place[edge]!))].flatMap(marksAt).filter(({ marks }) => marks.some(({ ids }) => ids.includes(boundary)));
  if (pills.length > 0) return pills.map(({ x, y, width }) => ({ x, y, width, height: MARK_HEIGHT }));
  return edges.map((edge) => placeOf(items, itemOf[tables.edges.source[edge]!]!));
}

function placeOf({ x, y, width, height }: Items | GroupBoxes, index: number): Place {
  return { x: x[index]!, y: y[index]!, width: width[index]!, height: height[index]! };
}
