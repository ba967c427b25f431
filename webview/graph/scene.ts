import type { GraphView } from '../protocol';
import { groupByScope, relativeTo, type Groups } from './groups';
import type { LayoutInput, LayoutResult } from './layout/types';

/** Label widths are rounded up to one of these, so that a style class per width is enough. */
export const NODE_WIDTHS: readonly number[] = [136, 152, 168, 184, 200, 216];
/** From the left border of a node to its text: past the letter. */
export const TEXT_LEFT = 32;
const TEXT_RIGHT = 8;

export interface Texts {
  readonly op: string;
  readonly name: string;
}

/** A graph ready to be drawn: labels cut to size, layout, neighbours. */
export interface Scene {
  readonly graph: GraphView;
  readonly widths: Float32Array;
  readonly texts: readonly Texts[];
  readonly boxTexts: readonly string[];
  /** Boxes around each box. */
  readonly boxDepths: Int32Array;
  readonly layout: LayoutResult;
  readonly indexOf: ReadonlyMap<string, number>;
  /** Edges by node. */
  readonly incoming: readonly (readonly number[])[];
  readonly outgoing: readonly (readonly number[])[];
}

export type Measure = (text: string, font: 'op' | 'name') => number;

export interface Prepared {
  readonly input: LayoutInput;
  readonly groups: Groups;
  readonly texts: readonly Texts[];
}

/** Cuts labels to size and finds the boxes: what the layout has to know. */
export function prepare(graph: GraphView, measure: Measure): Prepared {
  const groups = groupByScope(graph.nodes);
  const most = NODE_WIDTHS.at(-1)!;
  const widths = new Float32Array(graph.nodes.length);
  const texts = graph.nodes.map(({ op, name }, node): Texts => {
    const short = relativeTo(groups.path[groups.groupOf[node]!]!, name);
    const needed = TEXT_LEFT + TEXT_RIGHT + Math.max(measure(op, 'op'), measure(short, 'name'));
    const width = NODE_WIDTHS.find((choice) => choice >= needed) ?? most;
    widths[node] = width;
    const room = width - TEXT_LEFT - TEXT_RIGHT;
    return { op: cutEnd(op, room, (text) => measure(text, 'op')), name: cutStart(short, room, (text) => measure(text, 'name')) };
  });
  const label = (group: number): string => relativeTo(groups.path[Math.max(0, groups.parent[group]!)]!, groups.path[group]!);
  const input: LayoutInput = {
    widths,
    groupOf: groups.groupOf,
    groupParent: groups.parent,
    labelWidths: Float32Array.from(groups.path, (_, group) => Math.min(most, measure(label(group), 'name'))),
    source: Int32Array.from(graph.edges, ({ source }) => source),
    target: Int32Array.from(graph.edges, ({ target }) => target),
  };
  return { input, groups, texts };
}

export function makeScene(graph: GraphView, { input, groups, texts }: Prepared, layout: LayoutResult, measure: Measure): Scene {
  const incoming: number[][] = graph.nodes.map(() => []);
  const outgoing: number[][] = graph.nodes.map(() => []);
  graph.edges.forEach(({ source, target }, edge) => {
    outgoing[source]!.push(edge);
    incoming[target]!.push(edge);
  });
  const { boxes } = layout;
  const boxTexts = Array.from(boxes.group, (group, box) => {
    const outer = boxes.parent[box]!;
    const text = relativeTo(groups.path[outer < 0 ? 0 : boxes.group[outer]!]!, groups.path[group]!);
    return cutStart(text, boxes.width[box]! - 24, (t) => measure(t, 'name'));
  });
  const boxDepths = new Int32Array(boxes.group.length);
  boxes.parent.forEach((outer, box) => outer >= 0 && (boxDepths[box] = boxDepths[outer]! + 1));
  const indexOf = new Map(graph.nodes.map(({ id }, node) => [id, node]));
  return { graph, widths: input.widths, texts, boxTexts, boxDepths, layout, indexOf, incoming, outgoing };
}

const cutEnd = (text: string, room: number, measure: (text: string) => number): string => fitText(text, room, measure, (t, keep) => `${t.slice(0, keep)}…`);
/** Names differ at their end. */
const cutStart = (text: string, room: number, measure: (text: string) => number): string => fitText(text, room, measure, (t, keep) => `…${t.slice(t.length - keep)}`);

function fitText(text: string, room: number, measure: (text: string) => number, cut: (text: string, keep: number) => string): string {
  if (measure(text) <= room) return text;
  let low = 0;
  let high = text.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure(cut(text, middle)) <= room) low = middle;
    else high = middle - 1;
  }
  return cut(text, low);
}
