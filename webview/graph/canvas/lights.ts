import { listAt } from '../../tables';
import { NOWHERE, type Picture } from '../layout/picture';
import type { PlacedMark } from './marks';
import { boxOfGroup, edgesAround, itemOfGroup, type Scene } from './scene';

/** What is selected: a node, a group, or a Cast, Quantize or Dequantize by its id, on every edge it stands on. */
export interface Selected {
  readonly node?: number;
  readonly group?: number;
  readonly boundary?: string;
}

/** What stays lit while the rest is dimmed. */
export interface Highlighted {
  readonly edges: Int32Array;
  readonly nodes: Int32Array;
}

/** Classes that say what is selected, near it, or dimmed. */
export interface Lights {
  /** Index of the selected item or box, or -1. */
  readonly selectedItem: number;
  readonly selectedBox: number;
  readonly isLit: (item: number) => boolean;
  item(item: number): string;
  box(box: number): string;
  line(line: number): string;
  stub(stub: number): string;
  mark(mark: PlacedMark): string;
}

/** A set of the pieces of a picture. */
interface Pieces {
  readonly items: Uint8Array;
  readonly lines: Uint8Array;
  readonly stubs: Uint8Array;
}

export function lightUp(scene: Scene, selected: Selected, highlighted: Highlighted | undefined): Lights {
  const { picture, moment, groups } = scene;
  const { node, group, boundary } = selected;
  const edges = boundary === undefined ? edgesAround(scene, selected) : moment.marks.filter(({ ids }) => ids.includes(boundary)).map(({ edge }) => edge);
  const near = piecesOf(picture, edges, []);
  const lit = highlighted && piecesOf(picture, highlighted.edges, highlighted.nodes);
  const litEdges = highlighted && new Set(highlighted.edges);
  if (lit && highlighted) litEnds(scene, highlighted.edges, lit.items);
  const selectedItem = node !== undefined ? picture.itemOf[node]! : group !== undefined ? itemOfGroup(picture, groups, group) : -1;
  const selectedBox = group === undefined ? -1 : boxOfGroup(picture, group);
  const dim = (isLit: boolean): string => (isLit ? '' : ' dimmed');
  return {
    selectedItem,
    selectedBox,
    isLit: (item) => !lit || lit.items[item] === 1,
    item: (item) => (item === selectedItem ? ' selected' : '') + dim(!lit || lit.items[item] === 1),
    box: (box) => (box === selectedBox ? ' selected' : ''),
    line: (line) => (near.lines[line] ? ' near' : '') + dim(!lit || lit.lines[line] === 1),
    stub: (stub) => (near.stubs[stub] ? ' near' : '') + dim(!lit || lit.stubs[stub] === 1),
    mark: ({ marks }) =>
      (boundary !== undefined && marks.some(({ ids }) => ids.includes(boundary)) ? ' selected' : '') + dim(!litEdges || marks.some(({ edge }) => litEdges.has(edge))),
  };
}

function piecesOf(picture: Picture, edges: Iterable<number>, nodes: Iterable<number>): Pieces {
  const { items, lines, stubs, place, edgeLines, itemOf } = picture;
  const pieces = { items: new Uint8Array(items.x.length), lines: new Uint8Array(lines.from.length), stubs: new Uint8Array(stubs.x.length) };
  for (const edge of edges) {
    for (const line of listAt(edgeLines, edge)) pieces.lines[line] = 1;
    if (place[edge]! < 0 && place[edge] !== NOWHERE) pieces.stubs[~place[edge]!] = 1;
  }
  for (const node of nodes) pieces.items[itemOf[node]!] = 1;
  return pieces;
}

function litEnds({ tables, picture }: Scene, edges: Int32Array, items: Uint8Array): void {
  const { source, target } = tables.edges;
  for (const edge of edges) items[picture.itemOf[source[edge]!]!] = items[picture.itemOf[target[edge]!]!] = 1;
}
