import { describe, expect, it } from 'vitest';
import { GROUP_HEIGHT, NODE_HEIGHT, STUB_GAP } from '../../../webview/graph/layout/cardSizes';
import { NOWHERE, type Picture } from '../../../webview/graph/layout/picture';
import type { GraphView } from '../../../webview/protocol';
import { listAt } from '../../../webview/tables';
import { digitsCnn } from '../support/digitsCnn';
import { GraphBuilder } from '../support/graphBuilder';
import { drawable, everything, rectangle, type Drawable } from '../support/pictures';
import { transformer } from '../support/transformer';

const nothing = ({ groups }: Drawable): Uint8Array => new Uint8Array(groups.count);
const drawAll = (view: Pick<GraphView, 'nodes' | 'edges'>): Picture => {
  const graph = drawable(view);
  return graph.arrange(everything(graph.groups));
};

/** x op 2, twice: two scopes that stand one below the other. */
function twoScopes(): GraphBuilder {
  const b = new GraphBuilder();
  const x = b.add('Placeholder', 'x');
  const [p, q] = [b.add('Relu', 'first/p', [x]), b.add('Relu', 'first/q', [x])];
  const sum = b.add('AddV2', 'second/sum', [p, q]);
  b.add('Identity', 'second/out', [b.add('Mul', 'second/product', [p, q]), sum]);
  return b;
}

const groupNamed = ({ groups }: Drawable, label: string): number => groups.labels.indexOf(label);

describe('collapsed groups', () => {
  const graph = drawable(twoScopes());
  const picture = graph.arrange(nothing(graph));
  const [first, second] = [groupNamed(graph, 'first'), groupNamed(graph, 'second')];
  const item = (card: number): number => picture.items.of.indexOf(card);

  it('are cards that show all their ops', () => {
    expect([...picture.items.of]).toEqual([0, ~first, ~second]);
    expect([...picture.items.height]).toEqual([NODE_HEIGHT, GROUP_HEIGHT, GROUP_HEIGHT]);
    expect([...picture.itemOf]).toEqual([0, item(~first), item(~first), item(~second), item(~second), item(~second)]);
    expect(picture.boxes.group).toHaveLength(0);
  });

  it('have one line for all edges between two of them', () => {
    expect([...picture.lines.from]).toEqual([item(0), item(~first)]);
    expect([...picture.lines.to]).toEqual([item(~first), item(~second)]);
    expect([...listAt(picture.lines.edges, 1)]).toEqual([2, 3, 4, 5]);
  });

  it('hide the edges inside', () => {
    const hidden = graph.edges.source.findIndex((source, edge) => source >= 3 && graph.edges.target[edge]! >= 3);
    expect(picture.place[hidden]).toBe(NOWHERE);
    expect([...picture.place].filter((place) => place === NOWHERE)).toHaveLength(2);
  });

  it('become boxes around the same lines when expanded', () => {
    const after = graph.arrange(nothing(graph).with(second, 1));
    expect([...after.boxes.group]).toEqual([second]);
    expect([...after.items.box]).toEqual([-1, -1, 0, 0, 0]);
    const ways = [2, 3, 4, 5].map((edge) => [...listAt(after.edgeLines, edge)]);
    // Two values leave the first group: the edges of each share their way to the port of the box.
    expect(new Set(ways.map(([line]) => line)).size).toBe(2);
    expect(new Set(ways.map(([, line]) => line)).size).toBe(4);
    expect(ways.map((way) => after.lines.to[way[0]!])).toEqual([-1, -1, -1, -1]);
  });

  it('stay collapsed inside a collapsed group', () => {
    const view = transformer(2);
    const nested = drawable(view);
    const inner = [...nested.groups.parent.keys()].filter((group) => nested.groups.parent[group]! > 0);
    const only = nothing(nested);
    for (const group of inner) only[group] = 1;
    expect(nested.arrange(only)).toEqual(nested.arrange(nothing(nested)));
  });
});

describe('shared values', () => {
  /** Four readers of one mask: two alone, two in a scope; the mask itself is in a scope with another reader. */
  function masked(): { b: GraphBuilder; graph: Drawable } {
    const b = new GraphBuilder();
    const mask = b.add('Mul', 'masks/mask', [b.add('Placeholder', 'm')]);
    b.add('Relu', 'masks/own', [mask]);
    let x = b.add('Placeholder', 'x');
    for (const name of ['a', 'b', 'scope/c', 'scope/d']) x = b.add('AddV2', name, [x, mask]);
    const shared = Uint8Array.from(b.nodes, ({ name }) => (name === 'masks/mask' ? 1 : 0));
    return { b, graph: drawable(b, shared) };
  }

  it('are stubs above the cards that read them, one for all edges into a collapsed group', () => {
    const { b, graph } = masked();
    const { stubs, items, lines, place } = graph.arrange(nothing(graph));
    const cards = Array.from(stubs.item, (item) => items.of[item]!);
    expect(cards).toEqual([...['a', 'b'].map((name) => b.nodes.findIndex((node) => node.name === name)), ~groupNamed(graph, 'scope')]);
    expect(listAt(stubs.edges, 2)).toHaveLength(2);
    expect([...place].filter((at) => at < 0)).toEqual([~0, ~1, ~2, ~2]);
    expect([...lines.from].filter((from) => items.of[from] === ~groupNamed(graph, 'masks'))).toHaveLength(0);
    for (let stub = 0; stub < 3; stub++) {
      expect(rectangle(stubs, stub).bottom).toBeCloseTo(rectangle(items, stubs.item[stub]!).top - STUB_GAP);
    }
  });

  it('are not stubs where they are made', () => {
    const { b, graph } = masked();
    const own = b.edges.findIndex(({ target }) => b.nodes[target]!.name === 'masks/own');
    expect(graph.arrange(nothing(graph)).place[own]).toBe(NOWHERE);
    const { stubs, items, place } = graph.arrange(everything(graph.groups));
    expect(items.of[stubs.item[~place[own]!]!]).toBe(b.edges[own]!.target);
  });

  it('stand at each side of the lines into a card, the second for all the rest', () => {
    const b = new GraphBuilder();
    const tables = ['table_of_sines', 'table_of_cosines', 'mask', 'scale'].map((name) => b.add('Placeholder', name));
    const values = ['x', 'y', 'z'].map((name) => b.add('Placeholder', name));
    b.add('Rotate', 'rotate', [...values, ...tables]);
    const { stubs, place, lines } = drawable(b, Uint8Array.from(b.nodes, ({ name }) => (tables.includes(name) ? 1 : 0))).arrange(new Uint8Array(1));
    expect([...place]).toEqual([0, 1, 2, ~0, ~1, ~1, ~1]);
    expect([...stubs.node]).toEqual([0, 1]);
    const ends = [0, 1, 2].map((line) => lines.points[lines.start[line + 1]! - 2]!);
    expect(new Set(ends).size).toBe(3);
    expect(rectangle(stubs, 0).right).toBeLessThan(Math.min(...ends));
    expect(rectangle(stubs, 1).left).toBeGreaterThan(Math.max(...ends));
  });
});

describe('layout', () => {
  it('gives the same bytes every time', () => {
    const view = digitsCnn();
    expect(drawAll(view)).toEqual(drawAll(view));
    const graph = drawable(view);
    graph.arrange(nothing(graph));
    expect(graph.arrange(everything(graph.groups))).toEqual(drawAll(view));
  });

  it('draws an empty graph', () => {
    expect(drawAll({ nodes: [], edges: [] }).items.of).toHaveLength(0);
  });

  it('draws equal blocks equally', () => {
    const { nodes, edges } = transformer(8);
    const { items, itemOf } = drawAll({ nodes, edges });
    const blocks = new Map<string, string[]>();
    nodes.forEach(({ name }, node) => {
      const [, block, rest] = /(layer_\d)\/(.*)/.exec(name) ?? [];
      if (block === undefined) return;
      const first = itemOf[nodes.findIndex((other) => other.name.includes(block))]!;
      const place = `${rest} ${items.x[itemOf[node]!]! - items.x[first]!} ${items.y[itemOf[node]!]! - items.y[first]!}`;
      blocks.set(block, [...(blocks.get(block) ?? []), place]);
    });
    expect(blocks.size).toBe(8);
    for (const block of blocks.values()) expect(block).toEqual(blocks.get('layer_0'));
  });

  it('keeps a chain in one straight line', () => {
    const b = new GraphBuilder();
    let last = b.add('Placeholder', 'x');
    for (let k = 0; k < 50; k++) last = b.add('Relu', `relu_${k}`, [last]);
    const { items, lines } = drawAll(b);
    expect(new Set(items.x).size).toBe(1);
    expect(lines.points).toHaveLength(lines.from.length * 4);
  });

  it('points the edges of a loop down, but the one that leads back', () => {
    const b = new GraphBuilder();
    const merge = b.add('Merge', 'while/Merge', [b.add('Enter', 'while/Enter', [b.add('Placeholder', 'x')])]);
    const next = b.add('NextIteration', 'while/NextIteration', [b.add('Add', 'while/body/add', [b.add('Switch', 'while/Switch', [merge])])]);
    b.edges.push({ source: b.nodes.findIndex(({ name }) => name === next), target: b.nodes.findIndex(({ name }) => name === merge), sourceOutput: 0, targetInput: 1 });
    const { lines, edgeLines } = drawAll(b);
    const rises = b.edges.map((_, edge) => {
      const way = listAt(edgeLines, edge);
      return lines.points[lines.start[way.at(-1)! + 1]! - 1]! < lines.points[lines.start[way[0]!]! + 1]!;
    });
    expect(rises.map(Number)).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('runs lines that pass many rows in a lane at the border', () => {
    const b = new GraphBuilder();
    const far = b.add('Placeholder', 'far');
    let last = b.add('Relu', 'start', [far]);
    for (let k = 0; k < 150; k++) last = b.add('AddV2', `add_${k}`, [last, far]);
    const { lines } = drawable(b, new Uint8Array(b.nodes.length)).arrange(new Uint8Array(1000).fill(1));
    expect(lines.points.length).toBeLessThan(lines.from.length * 40);
  });

  it('draws 100,000 chained ops', () => {
    const b = new GraphBuilder();
    let last = b.add('Placeholder', 'x');
    for (let k = 0; k < 100_000; k++) last = b.add('Relu', `layer_${k >> 4}/relu_${k}`, [last]);
    const { items, height } = drawAll(b);
    expect(items.of).toHaveLength(100_001);
    expect(height).toBeGreaterThan(100_000 * NODE_HEIGHT);
  });
});
