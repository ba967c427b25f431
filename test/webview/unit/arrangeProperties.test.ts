import { describe, expect, it } from 'vitest';
import { NOWHERE, type Picture } from '../../../webview/graph/layout/picture';
import type { GraphView, ListTable } from '../../../webview/protocol';
import { listAt } from '../../../webview/tables';
import { digitsCnn } from '../support/digitsCnn';
import { drawable, everything, overlap, rectangle, rectangles, within, type Drawable, type Rectangle } from '../support/pictures';
import { random, randomGraph } from '../support/randomGraph';
import { transformer } from '../support/transformer';

/** Lengths are Float32. */
const CLOSE = 0.01;
const near = (a: number, b: number): boolean => Math.abs(a - b) < CLOSE;

/** Boxes (-1 for the whole picture) whose cards, stubs or inner boxes overlap or stand outside. */
function crowdedBoxes({ items, boxes, stubs, width, height }: Picture): number[] {
  const inside = new Map<number, Rectangle[]>();
  const add = (box: number, one: Rectangle): void => {
    const list = inside.get(box);
    if (list) list.push(one);
    else inside.set(box, [one]);
  };
  rectangles(items).forEach((one, item) => add(items.box[item]!, one));
  rectangles(boxes).forEach((one, box) => add(boxes.parent[box]!, one));
  rectangles(stubs).forEach((one, stub) => add(items.box[stubs.item[stub]!]!, one));
  const frameOf = (box: number): Rectangle => (box < 0 ? { left: 0, top: 0, right: width, bottom: height } : rectangle(boxes, box));
  return [...inside].filter(([box, list]) => overlap(list) !== undefined || !list.every((one) => within(one, frameOf(box)))).map(([box]) => box);
}

/** Cards and boxes that do not stand in the box of the group they are members of. */
function straysOf({ items, boxes }: Picture, { groups }: Drawable): number[] {
  const groupAt = (box: number): number => (box < 0 ? 0 : boxes.group[box]!);
  const home = (card: number): number => (card < 0 ? groups.parent[~card]! : groups.groupOf[card]!);
  const cards = [...items.of].filter((card, item) => groupAt(items.box[item]!) !== home(card));
  return [...cards, ...[...boxes.group].filter((group, box) => groupAt(boxes.parent[box]!) !== groups.parent[group])];
}

const pointsOf = ({ start, points }: Picture['lines'], line: number): Float32Array => points.subarray(start[line], start[line + 1]);

/** Edges that do not run from the card of their source to that of their target without a gap, nor are a stub of their reader. */
function brokenEdges({ items, lines, stubs, place, edgeLines, itemOf }: Picture, { edges, groups }: Drawable): number[] {
  const isWhole = (edge: number): boolean => {
    const [from, to] = [itemOf[edges.source[edge]!]!, itemOf[edges.target[edge]!]!];
    const way = listAt(edgeLines, edge);
    if (from === to) return way.length === 0 && place[edge] === NOWHERE;
    const stub = ~place[edge]!;
    if (groups.shared[edges.source[edge]!] === 1) return way.length === 0 && stubs.item[stub] === to && listAt(stubs.edges, stub).includes(edge);
    if (lines.from[way[0]!] !== from || lines.to[way.at(-1)!] !== to || place[edge] !== way.at(-1)) return false;
    let at: readonly [number, number] = [items.x[from]!, items.y[from]! + items.height[from]! / 2];
    for (const line of way) {
      const points = pointsOf(lines, line);
      if (!near(points[0]!, at[0]) || !near(points[1]!, at[1]) || !listAt(lines.edges, line).includes(edge)) return false;
      at = [points.at(-2)!, points.at(-1)!];
    }
    return near(at[1], items.y[to]! - items.height[to]! / 2) && Math.abs(at[0] - items.x[to]!) < items.width[to]! / 2;
  };
  return [...edges.source.keys()].filter((edge) => !isWhole(edge));
}

function risingLines({ lines }: Picture): number[] {
  return [...lines.from.keys()].filter((line) => {
    const points = pointsOf(lines, line);
    const falls = points.every((value, k) => k % 2 === 0 || k === 1 || value >= points[k - 2]!);
    return !falls || points.at(-1)! <= points[1]!;
  });
}

/** Lines that run through a card or stub. */
function hiddenLines({ items, stubs, lines }: Picture): number[] {
  const all = [...rectangles(items), ...rectangles(stubs)];
  const bandOf = (y: number): number => Math.floor(y / 100);
  const bands = new Map<number, Rectangle[]>();
  for (const one of all) {
    for (let band = bandOf(one.top); band <= bandOf(one.bottom); band++) bands.set(band, [...(bands.get(band) ?? []), one]);
  }
  return [...lines.from.keys()].filter((line) => {
    const points = pointsOf(lines, line);
    for (let p = 2; p < points.length; p += 2) {
      const [x0, y0, x1, y1] = points.subarray(p - 2, p + 2) as unknown as [number, number, number, number];
      for (let band = bandOf(y0); band <= bandOf(y1); band++) if (bands.get(band)?.some((one) => crosses(x0, y0, x1, y1, one)) === true) return true;
    }
    return false;
  });
}

/** Whether a line that leads down meets the inside of a rectangle. */
function crosses(x0: number, y0: number, x1: number, y1: number, { left, right, top, bottom }: Rectangle): boolean {
  const low = Math.max(y0, top + CLOSE);
  const high = Math.min(y1, bottom - CLOSE);
  if (low >= high) return false;
  const at = (y: number): number => x0 + ((x1 - x0) * (y - y0)) / (y1 - y0);
  return Math.max(at(low), at(high)) > left + CLOSE && Math.min(at(low), at(high)) < right - CLOSE;
}

/** Whether every band lists what its top and bottom touch. */
function bandsListAll({ bands, items, boxes, stubs, lines, height }: Picture): boolean {
  const lists = (table: ListTable, y: number, index: number): boolean =>
    listAt(table, Math.floor(Math.min(Math.max(0, y), height - 1) / bands.height)).includes(index);
  const places = [[bands.items, items], [bands.boxes, boxes], [bands.stubs, stubs]] as const;
  return (
    places.every(([table, all]) => rectangles(all).every(({ top, bottom }, index) => lists(table, top, index) && lists(table, bottom, index))) &&
    lines.from.every((_, line) => pointsOf(lines, line).every((y, k) => k % 2 === 0 || lists(bands.lines, y, line)))
  );
}

function expectSound(graph: Drawable, picture: Picture): void {
  expect(crowdedBoxes(picture)).toEqual([]);
  expect(straysOf(picture, graph)).toEqual([]);
  expect(brokenEdges(picture, graph)).toEqual([]);
  expect(risingLines(picture)).toEqual([]);
  expect(hiddenLines(picture)).toEqual([]);
  expect(bandsListAll(picture)).toBe(true);
}

const someOf = (count: number, next: () => number, share: number): Uint8Array => Uint8Array.from({ length: count }, () => (next() < share ? 1 : 0));
const seeds = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed);

const models: readonly (readonly [string, GraphView])[] = [
  ['digits CNN', digitsCnn()],
  ['encoder of 25 blocks', transformer(25)],
];

describe.each(models)('picture of the %s', (_, view) => {
  it.each([0, 0.5, 1])('is sound with %d of the groups expanded', (share) => {
    const graph = drawable(view);
    expectSound(graph, graph.arrange(someOf(graph.groups.count, random(5), share)));
  });
});

describe('picture of a random graph', () => {
  it.each(seeds(25))('is sound whatever is expanded or shared, seed %d', (seed) => {
    const built = randomGraph(seed);
    const next = random(seed);
    const graph = drawable(built, Uint8Array.from(built.nodes, () => (next() < 0.05 ? 1 : 0)));
    for (const share of [0, 0.3, 0.7, 1]) expectSound(graph, graph.arrange(someOf(graph.groups.count, next, share)));
  });

  it.each(seeds(10))('connects what is in loops, seed %d', (seed) => {
    const built = randomGraph(seed);
    const next = random(seed);
    const back = built.edges.filter(() => next() < 0.02).map(({ source, target }) => ({ source: target, target: source, sourceOutput: 0, targetInput: 9 }));
    built.edges.push(...back);
    const graph = drawable(built);
    for (const share of [0, 0.5, 1]) {
      const picture = graph.arrange(someOf(graph.groups.count, next, share));
      expect(crowdedBoxes(picture)).toEqual([]);
      expect(brokenEdges(picture, graph)).toEqual([]);
      expect(bandsListAll(picture)).toBe(true);
    }
  });

  it.each(seeds(10))('does not depend on what was expanded before, seed %d', (seed) => {
    const built = randomGraph(seed);
    const next = random(seed);
    const graph = drawable(built);
    for (let step = 0; step < 4; step++) {
      const expanded = someOf(graph.groups.count, next, next());
      expect(graph.arrange(expanded)).toEqual(drawable(built).arrange(expanded));
    }
  });

  it.each(seeds(10))('keeps the cards of a row in their order when a group beside them expands, seed %d', (seed) => {
    const graph = drawable(randomGraph(seed));
    const closed = new Uint8Array(graph.groups.count);
    const before = graph.arrange(closed).items;
    for (let group = 1; group < graph.groups.count; group++) {
      if (graph.groups.parent[group] !== 0) continue;
      const after = graph.arrange(closed.with(group, 1)).items;
      const itemAfter = Array.from(before.of, (card) => after.of.indexOf(card));
      const passed = [...before.of].flatMap((card, a) =>
        [...before.of.keys()].filter((b) => {
          const [c, d] = [itemAfter[a]!, itemAfter[b]!];
          const inRow = card !== ~group && before.of[b] !== ~group && before.y[a] === before.y[b] && after.y[c] === after.y[d];
          return inRow && before.x[a]! < before.x[b]! !== after.x[c]! < after.x[d]!;
        }),
      );
      expect(passed).toEqual([]);
    }
  });
});

describe('a large picture', () => {
  it('shows every op of an encoder of 125 blocks', () => {
    const graph = drawable(transformer(125));
    const picture = graph.arrange(everything(graph.groups));
    expect(picture.items.of).toHaveLength(graph.groups.order.length);
    expect(crowdedBoxes(picture)).toEqual([]);
    expect(brokenEdges(picture, graph)).toEqual([]);
  });
});
