import { GROUP_HEIGHT, NODE_HEIGHT, STUB_GAP, STUB_HEIGHT, type CardSizes } from './cardSizes';
import type { CardStub } from './cardStubs';
import { ContentCache } from './contentCache';
import { placeLevel, type LevelInput, type PlacedLevel } from './level';
import type { LevelEdges } from './levelEdges';
import type { Groups } from './picture';
import { rowFinder } from './rowFinder';

/** The levels of the groups that are visibly expanded. */
export interface Levels {
  /** 1 for each of them. */
  readonly open: Uint8Array;
  readonly placed: readonly (PlacedLevel | undefined)[];
  /** Line of its level that draws a piece of an edge. */
  readonly lineOf: Int32Array;
}

/** Lines end this near to the centre of a card with stubs, which stand beside them. */
const STUB_REACH = 14;
/** From the centre of a card to its stubs. */
const STUB_LEFT = 20;
/** From the border of a card to the outermost line. */
const CORNER = 16;
/** Numbers of inputs that are kept: some hundred megabytes with the results. */
const CACHED = 4_000_000;

/** Left border of the stub at a place above a card, from the centre of the card: one on each side of its lines. */
export function stubLeft(place: number, width: number, cardWidth: number): number {
  const outer = Math.max(cardWidth / 2, STUB_LEFT + width);
  return place === 0 ? -outer : outer - width;
}

/**
 * Lays out one level after another, inner ones first. Levels that did not change are kept, and equal ones, as in blocks of one
 * kind, are laid out once: what expanding a group costs is its own level and those around it.
 */
export function levelPlacer(groups: Groups, cut: LevelEdges, sizes: CardSizes, stubsOf: (card: number) => readonly CardStub[]): (expanded: Uint8Array) => Levels {
  const { count, parent } = groups;
  const placed = new Array<PlacedLevel | undefined>(count);
  const lineOf = new Int32Array(cut.from.length);
  const rowsOf = rowFinder(groups, cut);
  const levels = new ContentCache<PlacedLevel>(CACHED);
  let before: Uint8Array = new Uint8Array(count);

  const place = (group: number): PlacedLevel => {
    const input = levelInput(group);
    const { labelWidth, from, to, width, height, above, reach, fromOffset, toOffset, value } = input;
    const rows = rowsOf(group);
    return levels.get([Int32Array.of(rows.id, labelWidth), from, to, width, height, above, reach, fromOffset, toOffset, value], () => placeLevel(input, rows.rows));
  };

  const levelInput = (group: number): LevelInput => {
    const { items: members, start: memberStart } = groups.members;
    const at = memberStart[group]!;
    const items = memberStart[group + 1]! - at;
    const inPorts = cut.inPorts[group]!;
    const outPorts = cut.outPorts[group]!;
    const width = new Float32Array(items);
    const height = new Float32Array(items);
    const above = new Float32Array(items);
    const reach = new Float32Array(items);
    for (let item = 0; item < items; item++) {
      const member = members[at + item]!;
      const box = member < 0 ? placed[~member] : undefined;
      if (box) {
        width[item] = box.width;
        height[item] = box.height;
        continue;
      }
      const card = member < 0 ? sizes.group(~member) : sizes.node(member);
      const stubs = stubsOf(member);
      const widest = stubs.reduce((most, { node, others }) => Math.max(most, sizes.stub(node, others)), 0);
      width[item] = stubs.length === 0 ? card : Math.max(card, 2 * (STUB_LEFT + widest));
      height[item] = member < 0 ? GROUP_HEIGHT : NODE_HEIGHT;
      above[item] = stubs.length === 0 ? 0 : STUB_HEIGHT + STUB_GAP;
      reach[item] = stubs.length === 0 ? card / 2 - CORNER : STUB_REACH;
    }
    const lines = levelLines(group, items, (item) => placed[~members[at + item]!]);
    return { items, inPorts, outPorts, labelWidth: group === 0 ? -1 : sizes.label(group), width, height, above, reach, ...lines };
  };

  /** Pieces that run between the same ends are one line; a collapsed group is one end. */
  const levelLines = (group: number, items: number, boxAt: (item: number) => PlacedLevel | undefined) => {
    const vertices = items + cut.inPorts[group]! + cut.outPorts[group]!;
    const ends = new Map<number, number>();
    const endOf = (vertex: number, port: number): number => {
      const key = port < 0 ? ~vertex : port * vertices + vertex;
      let end = ends.get(key);
      if (end === undefined) ends.set(key, (end = ends.size));
      return end;
    };
    const known = new Map<number, number>();
    const [from, to, fromOffset, toOffset, value]: number[][] = [[], [], [], [], []];
    const [first, last] = [cut.start[group]!, cut.start[group + 1]!];
    for (let piece = first; piece < last; piece++) {
      const [a, b] = [cut.from[piece]!, cut.to[piece]!];
      const above = a < 0 ? undefined : boxAt(a);
      const below = b < 0 ? undefined : boxAt(b);
      const start = a < 0 ? items + cut.fromPort[piece]! : a;
      const end = b < 0 ? items + cut.inPorts[group]! + cut.toPort[piece]! : b;
      const startOf = endOf(start, above ? cut.fromPort[piece]! : -1);
      const key = startOf * 2 * (last - first) + endOf(end, below ? cut.toPort[piece]! : -1);
      let line = known.get(key);
      if (line === undefined) {
        known.set(key, (line = known.size));
        from!.push(start);
        to!.push(end);
        fromOffset!.push(above ? above.outPortX[cut.fromPort[piece]!]! - above.width / 2 : 0);
        toOffset!.push(below ? below.inPortX[cut.toPort[piece]!]! - below.width / 2 : 0);
        value!.push(startOf);
      }
      lineOf[piece] = line;
    }
    return {
      from: Int32Array.from(from!),
      to: Int32Array.from(to!),
      fromOffset: Float32Array.from(fromOffset!),
      toOffset: Float32Array.from(toOffset!),
      value: Int32Array.from(value!),
    };
  };

  return (expanded) => {
    const open = new Uint8Array(count);
    open[0] = 1;
    for (let group = 1; group < count; group++) open[group] = open[parent[group]!]! & expanded[group]!;
    const changed = Uint8Array.from(open, (now, group) => (now === before[group] ? 0 : 1));
    for (let group = count - 1; group >= 0; group--) {
      if (changed[group] === 0) continue;
      placed[group] = open[group] === 1 ? place(group) : undefined;
      if (group > 0) changed[parent[group]!] = 1;
    }
    before = open;
    return { open, placed, lineOf };
  };
}
