import type { ElementDefinition } from 'cytoscape';
import type { SnapshotView } from '../protocol';
import type { Visible } from './bands';
import { ANCHORS, boxElements, boxId, edgeElement, edgeId, markElement, nameElement, nameId, nodeElement, nodeId } from './elements';
import type { PlacedMark } from './marks';
import type { Scene } from './scene';

/** Elements cytoscape may hold: its cost per frame grows with what it holds, not with what is on the screen. */
export const MOST_ELEMENTS = 1500;

/** By id, how to make what belongs to it: a box comes with its label. */
export type WindowElements = ReadonlyMap<string, () => ElementDefinition[]>;

/** Elements for the visible part of the picture; undefined where they would be too many. */
export function windowElements(scene: Scene, snapshot: SnapshotView, marksOfEdge: ReadonlyMap<number, readonly PlacedMark[]>, visible: Visible, text: boolean): WindowElements | undefined {
  const marks = visible.edges.flatMap((edge) => marksOfEdge.get(edge) ?? []);
  const count = visible.nodes.length * (text ? 2 : 1) + visible.boxes.length * 2 + visible.edges.length + marks.length + ANCHORS.length;
  if (count > MOST_ELEMENTS) return undefined;
  const elements = new Map<string, () => ElementDefinition[]>();
  for (const box of visible.boxes) elements.set(boxId(box), () => boxElements(scene, box));
  for (const edge of visible.edges) elements.set(edgeId(edge), () => [edgeElement(scene, snapshot, edge)]);
  for (const node of visible.nodes) {
    elements.set(nodeId(node), () => [nodeElement(scene, snapshot, node)]);
    if (text) elements.set(nameId(node), () => [nameElement(scene, node)]);
  }
  for (const placed of marks) elements.set(placed.id, () => [markElement(placed)]);
  return elements;
}
