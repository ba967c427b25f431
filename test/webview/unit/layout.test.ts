import { describe, expect, it } from 'vitest';
import { groupByScope } from '../../../webview/graph/groups';
import { layout } from '../../../webview/graph/layout/layout';
import { NODE_HEIGHT, type LayoutInput, type LayoutResult } from '../../../webview/graph/layout/types';
import type { GraphView } from '../../../webview/protocol';
import { digitsCnn } from '../support/digitsCnn';
import { GraphBuilder } from '../support/graphBuilder';
import { transformer } from '../support/transformer';

function inputOf({ nodes, edges }: Pick<GraphView, 'nodes' | 'edges'>): LayoutInput {
  const groups = groupByScope(nodes);
  return {
    widths: Float32Array.from(nodes, ({ op }) => 152 + 8 * Math.min(8, op.length)),
    groupOf: groups.groupOf,
    groupParent: groups.parent,
    labelWidths: Float32Array.from(groups.path, (path) => 6 * path.length),
    source: Int32Array.from(edges, ({ source }) => source),
    target: Int32Array.from(edges, ({ target }) => target),
  };
}

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const nodeAt = (input: LayoutInput, { x, y }: LayoutResult, node: number): Rectangle => ({
  left: x[node]! - input.widths[node]! / 2,
  right: x[node]! + input.widths[node]! / 2,
  top: y[node]! - NODE_HEIGHT / 2,
  bottom: y[node]! + NODE_HEIGHT / 2,
});

const boxAt = ({ boxes }: LayoutResult, box: number): Rectangle => ({
  left: boxes.x[box]!,
  right: boxes.x[box]! + boxes.width[box]!,
  top: boxes.y[box]!,
  bottom: boxes.y[box]! + boxes.height[box]!,
});

const apart = (a: Rectangle, b: Rectangle): boolean => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
const within = (a: Rectangle, b: Rectangle): boolean => a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;

/** First pair of rectangles that overlap, by a sweep from top to bottom. */
function overlap(rectangles: readonly Rectangle[]): [number, number] | undefined {
  const order = rectangles.map((_, index) => index).sort((a, b) => rectangles[a]!.top - rectangles[b]!.top);
  let open: number[] = [];
  for (const index of order) {
    open = open.filter((other) => rectangles[other]!.bottom > rectangles[index]!.top);
    const hit = open.find((other) => !apart(rectangles[other]!, rectangles[index]!));
    if (hit !== undefined) return [hit, index];
    open.push(index);
  }
  return undefined;
}

const models: readonly (readonly [string, GraphView])[] = [
  ['digits CNN', digitsCnn()],
  ['encoder of 125 blocks', transformer(125)],
];

describe.each(models)('layout of the %s', (_, view) => {
  const input = inputOf(view);
  const result = layout(input);

  it('points every edge down', () => {
    view.edges.forEach(({ source, target }) => expect(result.y[target]! - result.y[source]!).toBeGreaterThan(NODE_HEIGHT));
  });

  it('keeps nodes apart', () => {
    expect(overlap(view.nodes.map((_, node) => nodeAt(input, result, node)))).toBeUndefined();
  });

  it('holds boxes inside their parents and apart from their siblings', () => {
    const { parent } = result.boxes;
    expect(parent.length).toBeGreaterThan(5);
    const siblings = new Map<number, Rectangle[]>();
    parent.forEach((outer, box) => {
      if (outer >= 0) expect(within(boxAt(result, box), boxAt(result, outer))).toBe(true);
      siblings.set(outer, [...(siblings.get(outer) ?? []), boxAt(result, box)]);
    });
    for (const rectangles of siblings.values()) expect(overlap(rectangles)).toBeUndefined();
  });

  it('puts a node in a box if and only if it belongs to the group', () => {
    const ancestors = input.groupParent;
    const belongs = (node: number, group: number): boolean => {
      for (let at = input.groupOf[node]!; at >= 0; at = ancestors[at]!) if (at === group) return true;
      return false;
    };
    const { group } = result.boxes;
    view.nodes.forEach((_, node) => {
      const at = nodeAt(input, result, node);
      group.forEach((g, box) => {
        if (!apart(at, boxAt(result, box))) expect(within(at, boxAt(result, box)) && belongs(node, g)).toBe(true);
      });
    });
  });

  it('starts each route under its source and ends it on top of its target', () => {
    view.edges.forEach(({ source, target }, edge) => {
      const [x, y] = result.routes.subarray(result.routeStart[edge], result.routeStart[edge]! + 2);
      const [endX, endY] = result.routes.subarray(result.routeStart[edge + 1]! - 2, result.routeStart[edge + 1]);
      expect([x, y]).toEqual([result.x[source], result.y[source]! + NODE_HEIGHT / 2]);
      expect(Math.abs(endX! - result.x[target]!)).toBeLessThan(input.widths[target]! / 2);
      expect(endY).toBe(result.y[target]! - NODE_HEIGHT / 2);
    });
  });

  it('gives the same picture every time', () => {
    expect(layout(inputOf(view))).toEqual(result);
  });
});

describe('layout', () => {
  it('lays out an empty graph', () => {
    expect(layout(inputOf({ nodes: [], edges: [] })).x).toHaveLength(0);
  });

  it('cuts a scope in two where an edge leaves it and comes back', () => {
    const b = new GraphBuilder();
    const first = b.add('A', 'block/first/a', [b.add('A', 'block/first/start')]);
    const middle = b.add('B', 'other/b', [first]);
    b.add('B', 'other/b_1', [middle]);
    b.add('A', 'block/first/end', [b.add('A', 'block/first/c', [middle])]);
    const input = inputOf(b);
    const result = layout(input);
    b.edges.forEach(({ source, target }) => expect(result.y[target]!).toBeGreaterThan(result.y[source]!));
    expect(overlap(Array.from(result.boxes.group, (_, box) => boxAt(result, box)).filter((_, box) => result.boxes.parent[box]! < 0))).toBeUndefined();
  });

  it('draws a loop without hanging and keeps its forward edges pointing down', () => {
    const b = new GraphBuilder();
    const merge = b.add('Merge', 'while/Merge', [b.add('Enter', 'while/Enter', [b.add('Placeholder', 'x')])]);
    const next = b.add('NextIteration', 'while/NextIteration', [b.add('Add', 'while/body/add', [b.add('Switch', 'while/Switch', [merge])])]);
    b.edges.push({ source: b.nodes.findIndex(({ name }) => name === next), target: b.nodes.findIndex(({ name }) => name === merge), sourceOutput: 0, targetInput: 1 });
    const result = layout(inputOf(b));
    const down = b.edges.filter(({ source, target }) => result.y[target]! > result.y[source]!);
    expect(down).toHaveLength(b.edges.length - 1);
  });

  it('keeps a chain in one straight line', () => {
    const b = new GraphBuilder();
    let last = b.add('Placeholder', 'x');
    for (let k = 0; k < 50; k++) last = b.add('Relu', `relu_${k}`, [last]);
    expect(new Set(layout(inputOf(b)).x).size).toBe(1);
  });

  it('lays out 100,000 chained ops', () => {
    const b = new GraphBuilder();
    let last = b.add('Placeholder', 'x');
    for (let k = 0; k < 100_000; k++) last = b.add('Relu', `layer_${k >> 4}/relu_${k}`, [last]);
    const result = layout(inputOf(b));
    expect(result.y.at(-1)).toBeGreaterThan(100_000 * NODE_HEIGHT);
  });

  it('runs edges that pass many rows in a lane at the border', () => {
    const b = new GraphBuilder();
    const shared = b.add('Placeholder', 'shared');
    let last = b.add('Relu', 'start', [shared]);
    for (let k = 0; k < 3000; k++) last = b.add('AddV2', `add_${k}`, [last, shared]);
    const result = layout(inputOf(b));
    expect(result.routes.length).toBeLessThan(b.edges.length * 300);
    b.edges.forEach(({ source, target }) => expect(result.y[target]!).toBeGreaterThan(result.y[source]!));
  });
});
