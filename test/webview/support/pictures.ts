import { graphTables } from '../../../src/engine/report/graphTables';
import { arranger, type Arrange } from '../../../webview/graph/layout/arrange';
import type { Measure } from '../../../webview/graph/layout/cardSizes';
import { buildGroups } from '../../../webview/graph/layout/hierarchy';
import type { Groups, Places } from '../../../webview/graph/layout/picture';
import type { EdgeTable, GraphView } from '../../../webview/protocol';

/** Widths of texts where there is no canvas. */
export const measure: Measure = (text, font) => text.length * (font === 'op' ? 7 : 5.5);

export interface Drawable {
  readonly groups: Groups;
  readonly edges: EdgeTable;
  readonly arrange: Arrange;
}

/** A graph ready to be drawn; `shared`: nodes drawn as stubs at their readers, else those the hierarchy finds. */
export function drawable({ nodes, edges }: Pick<GraphView, 'nodes' | 'edges'>, shared?: Uint8Array): Drawable {
  const tables = graphTables({ model: { name: 'test', format: 'test' }, nodes, edges, snapshots: [] });
  const built = buildGroups(tables.nodes, tables.edges);
  const groups = { ...built, shared: shared ?? built.shared };
  return { groups, edges: tables.edges, arrange: arranger(tables.nodes, tables.edges, groups, measure) };
}

export const everything = ({ count }: Groups): Uint8Array => new Uint8Array(count).fill(1);

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function rectangle({ x, y, width, height }: Places, index: number): Rectangle {
  const [halfWidth, halfHeight] = [width[index]! / 2, height[index]! / 2];
  return { left: x[index]! - halfWidth, right: x[index]! + halfWidth, top: y[index]! - halfHeight, bottom: y[index]! + halfHeight };
}

export const rectangles = (places: Places): Rectangle[] => Array.from(places.x, (_, index) => rectangle(places, index));

export const apart = (a: Rectangle, b: Rectangle): boolean => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
export const within = (a: Rectangle, b: Rectangle): boolean => a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;

/** First pair of rectangles that overlap, by a sweep from top to bottom. */
export function overlap(all: readonly Rectangle[]): [number, number] | undefined {
  const order = all.map((_, index) => index).sort((a, b) => all[a]!.top - all[b]!.top);
  let open: number[] = [];
  for (const index of order) {
    open = open.filter((other) => all[other]!.bottom > all[index]!.top);
    const hit = open.find((other) => !apart(all[other]!, all[index]!));
    if (hit !== undefined) return [hit, index];
    open.push(index);
  }
  return undefined;
}
