import type { ElementDefinition } from 'cytoscape';
import { ANCHORS, boxElements, itemElements, lineElement, markElement, stubElements } from './elements';
import type { Lights } from './lights';
import { meets, type Rectangle } from './rectangle';
import type { Scene } from './scene';
import { visibleIn } from './visible';

/** Elements cytoscape may hold: its cost per frame grows with what it holds, not with what is on the screen. */
export const MOST_ELEMENTS = 1500;

/** What stands in the window, by a name it keeps while groups open and close, with how to make its elements. */
export type WindowElements = ReadonlyMap<string, () => readonly ElementDefinition[]>;

/** Elements for an area of the picture; undefined where they would be too many. `text`: with what can be read only near by. */
export function windowElements(scene: Scene, lights: Lights, area: Rectangle, text: boolean): WindowElements | undefined {
  const { picture, marksAt } = scene;
  const visible = visibleIn(picture, area);
  const places = [...visible.lines, ...visible.stubs.map((stub) => ~stub)];
  if (2 * (visible.items.length + visible.boxes.length + visible.stubs.length) + visible.lines.length > 2 * MOST_ELEMENTS) return undefined;
  const marks = places.flatMap(marksAt).filter(({ x, y, width }) => meets({ left: x - width / 2, right: x + width / 2, top: y, bottom: y }, area));
  const groups = visible.items.filter((item) => picture.items.of[item]! < 0).length;
  const count = visible.items.length * (text ? 2 : 1) + groups + (visible.boxes.length + visible.stubs.length) * 2 + visible.lines.length + marks.length + ANCHORS.length;
  if (count > MOST_ELEMENTS) return undefined;
  const elements = new Map<string, () => readonly ElementDefinition[]>();
  for (const box of visible.boxes) elements.set(`box ${picture.boxes.group[box]!}`, () => boxElements(scene, lights, box));
  for (const line of visible.lines) elements.set(`line ${line}`, () => [lineElement(scene, lights, line)]);
  for (const item of visible.items) elements.set(`item ${picture.items.of[item]!}${text ? ' read' : ''}`, () => itemElements(scene, lights, item, text));
  for (const stub of visible.stubs) elements.set(`stub ${stub}`, () => stubElements(scene, lights, stub));
  for (const placed of marks) elements.set(placed.id, () => [markElement(lights, placed)]);
  return elements;
}

/** Cards and frames alone: what stays the same while groups open and close. */
export function withoutLines(elements: WindowElements): WindowElements {
  return new Map([...elements].filter(([name]) => /^(item|box) /.test(name)));
}
