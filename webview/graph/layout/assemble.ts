import type { EdgeTable, ListTable } from '../../protocol';
import { BAND_HEIGHT, bandTable } from './bands';
import { GROUP_HEIGHT, NODE_HEIGHT, STUB_GAP, STUB_HEIGHT, type CardSizes } from './cardSizes';
import type { CardStub } from './cardStubs';
import type { LevelEdges } from './levelEdges';
import { stubLeft, type Levels } from './levels';
import { NOWHERE, type GroupBoxes, type Groups, type Items, type Lines, type Picture, type Places, type Stubs } from './picture';

/** What a graph is drawn from, whatever is expanded. */
export interface Parts {
  readonly edges: EdgeTable;
  readonly groups: Groups;
  readonly cut: LevelEdges;
  readonly sizes: CardSizes;
  readonly stubsOf: (card: number) => readonly CardStub[];
}

/** Moves every level to its place in the whole picture. Linear in what is visible, plus the nodes and edges of the graph. */
export function assemble(parts: Parts, levels: Levels): Picture {
  const { groups, edges } = parts;
  const root = levels.placed[0]!;
  const { items, boxes, itemAt, left, top } = placeCards(groups, levels, parts.sizes);
  const { lines, drawn, lineTop, lineBottom } = placeLines(parts, levels, itemAt, left, top);
  const { lists: edgeLines, place } = linesOfEdges(parts.cut, edges.count, drawn);
  const stubs = placeStubs(parts, items, place);
  const itemOf = new Int32Array(groups.order.length);
  items.of.forEach((card, item) => {
    if (card >= 0) itemOf[card] = item;
    else for (let at = groups.first[~card]!; at < groups.end[~card]!; at++) itemOf[groups.order[at]!] = item;
  });
  const bands = Math.max(1, Math.ceil(root.height / BAND_HEIGHT));
  const bandsOf = ({ y, height }: Places): ListTable => bandTable(bands, y.map((at, k) => at - height[k]! / 2), y.map((at, k) => at + height[k]! / 2));
  return {
    width: root.width,
    height: root.height,
    items,
    boxes,
    lines: { ...lines, edges: inverse(edgeLines, lines.from.length) },
    stubs,
    place,
    edgeLines,
    itemOf,
    bands: { height: BAND_HEIGHT, items: bandsOf(items), boxes: bandsOf(boxes), lines: bandTable(bands, lineTop, lineBottom), stubs: bandsOf(stubs) },
  };
}

function placeCards(groups: Groups, { open, placed }: Levels, sizes: CardSizes) {
  const { members } = groups;
  let boxCount = -1;
  let itemCount = 0;
  const boxOf = new Int32Array(groups.count).fill(-1);
  for (let group = 0; group < groups.count; group++) {
    if (open[group] === 0) continue;
    boxOf[group] = boxCount++;
    for (let slot = members.start[group]!; slot < members.start[group + 1]!; slot++) itemCount += isBox(members.items[slot]!, open) ? 0 : 1;
  }
  const items: Items = { ...places(itemCount), of: new Int32Array(itemCount), box: new Int32Array(itemCount) };
  const boxes: GroupBoxes = { ...places(boxCount), group: new Int32Array(boxCount), parent: new Int32Array(boxCount) };
  /** The item of each member; -1 for boxes. */
  const itemAt = new Int32Array(members.items.length).fill(-1);
  const left = new Float64Array(groups.count);
  const top = new Float64Array(groups.count);
  let item = 0;
  for (let group = 0; group < groups.count; group++) {
    if (open[group] === 0) continue;
    const level = placed[group]!;
    const first = members.start[group]!;
    for (let slot = first; slot < members.start[group + 1]!; slot++) {
      const member = members.items[slot]!;
      const x = left[group]! + level.x[slot - first]!;
      const y = top[group]! + level.y[slot - first]!;
      if (isBox(member, open)) {
        const { width, height } = placed[~member]!;
        left[~member] = x - width / 2;
        top[~member] = y - height / 2;
        const box = boxOf[~member]!;
        put(boxes, box, x, y, width, height);
        boxes.group[box] = ~member;
        boxes.parent[box] = boxOf[group]!;
      } else {
        put(items, item, x, y, member < 0 ? sizes.group(~member) : sizes.node(member), member < 0 ? GROUP_HEIGHT : NODE_HEIGHT);
        items.of[item] = member;
        items.box[item] = boxOf[group]!;
        itemAt[slot] = item++;
      }
    }
  }
  return { items, boxes, itemAt, left, top };
}

/** Lines of all levels, and the one that draws each piece of an edge (-1 for none). */
function placeLines({ groups, cut }: Parts, { open, placed, lineOf }: Levels, itemAt: Int32Array, left: Float64Array, top: Float64Array) {
  let count = 0;
  let length = 0;
  for (let group = 0; group < groups.count; group++) {
    if (open[group] === 0) continue;
    count += placed[group]!.from.length;
    length += placed[group]!.points.length;
  }
  const lines: Omit<Lines, 'edges'> = {
    start: new Uint32Array(count + 1),
    points: new Float32Array(length),
    spots: new Float32Array(count * 4),
    from: new Int32Array(count),
    to: new Int32Array(count),
  };
  const lineTop = new Float32Array(count);
  const lineBottom = new Float32Array(count);
  const drawn = new Int32Array(cut.from.length).fill(-1);
  let line = 0;
  let at = 0;
  for (let group = 0; group < groups.count; group++) {
    if (open[group] === 0) continue;
    const level = placed[group]!;
    const first = groups.members.start[group]!;
    const items = groups.members.start[group + 1]! - first;
    for (let piece = cut.start[group]!; piece < cut.start[group + 1]!; piece++) drawn[piece] = line + lineOf[piece]!;
    const itemOf = (vertex: number): number => (vertex < items ? itemAt[first + vertex]! : -1);
    for (let k = 0; k < level.from.length; k++, line++) {
      lines.from[line] = itemOf(level.from[k]!);
      lines.to[line] = itemOf(level.to[k]!);
      let low = Infinity;
      let high = -Infinity;
      for (let p = level.start[k]!; p < level.start[k + 1]!; p += 2) {
        const y = level.points[p + 1]! + top[group]!;
        lines.points[at++] = level.points[p]! + left[group]!;
        lines.points[at++] = y;
        low = Math.min(low, y);
        high = Math.max(high, y);
      }
      lines.start[line + 1] = at;
      lineTop[line] = low;
      lineBottom[line] = high;
      for (let side = 0; side < 4; side++) lines.spots[line * 4 + side] = level.spots[k * 4 + side]! + (side % 2 === 0 ? left[group]! : top[group]!);
    }
  }
  return { lines, drawn, lineTop, lineBottom };
}

/** The visible lines of each edge from its first to its last, where its marks stand. */
function linesOfEdges({ last, before }: LevelEdges, edges: number, drawn: Int32Array): { readonly lists: ListTable; readonly place: Int32Array } {
  const start = new Uint32Array(edges + 1);
  const place = new Int32Array(edges).fill(NOWHERE);
  for (let edge = 0; edge < edges; edge++) {
    let count = 0;
    for (let piece = last[edge]!; piece >= 0; piece = before[piece]!) {
      if (drawn[piece]! < 0) continue;
      if (count++ === 0) place[edge] = drawn[piece]!;
    }
    start[edge + 1] = start[edge]! + count;
  }
  const items = new Int32Array(start[edges]!);
  for (let edge = 0; edge < edges; edge++) {
    let at = start[edge + 1]!;
    for (let piece = last[edge]!; piece >= 0; piece = before[piece]!) if (drawn[piece]! >= 0) items[--at] = drawn[piece]!;
  }
  return { lists: { items, start }, place };
}

function placeStubs({ sizes, stubsOf }: Parts, items: Items, place: Int32Array): Stubs {
  const found: { item: number; at: number; stub: CardStub }[] = [];
  items.of.forEach((card, item) => stubsOf(card).forEach((stub, at) => found.push({ item, at, stub })));
  const start = new Uint32Array(found.length + 1);
  found.forEach(({ stub }, k) => (start[k + 1] = start[k]! + stub.edges.length));
  const stubs: Stubs = {
    ...places(found.length),
    node: Int32Array.from(found, ({ stub }) => stub.node),
    item: Int32Array.from(found, ({ item }) => item),
    edges: { start, items: new Int32Array(start[found.length]!) },
  };
  found.forEach(({ item, at, stub }, k) => {
    const width = sizes.stub(stub.node, stub.others);
    const x = items.x[item]! + stubLeft(at, width, items.width[item]!) + width / 2;
    put(stubs, k, x, items.y[item]! - items.height[item]! / 2 - STUB_GAP - STUB_HEIGHT / 2, width, STUB_HEIGHT);
    stubs.edges.items.set(stub.edges, start[k]);
    for (const edge of stub.edges) place[edge] = ~k;
  });
  return stubs;
}

/** For each of `count` things the lists it is in. */
function inverse({ items, start }: ListTable, count: number): ListTable {
  const first = new Uint32Array(count + 1);
  for (const item of items) first[item + 1]!++;
  for (let item = 0; item < count; item++) first[item + 1]! += first[item]!;
  const next = first.slice(0, count);
  const lists = new Int32Array(items.length);
  for (let list = 0; list + 1 < start.length; list++) for (let k = start[list]!; k < start[list + 1]!; k++) lists[next[items[k]!]!++] = list;
  return { items: lists, start: first };
}

const isBox = (member: number, open: Uint8Array): boolean => member < 0 && open[~member] === 1;

function places(count: number): Places {
  return { x: new Float32Array(count), y: new Float32Array(count), width: new Float32Array(count), height: new Float32Array(count) };
}

function put({ x, y, width, height }: Places, index: number, centreX: number, centreY: number, wide: number, high: number): void {
  x[index] = centreX;
  y[index] = centreY;
  width[index] = wide;
  height[index] = high;
}
