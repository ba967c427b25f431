import { describe, expect, it } from 'vitest';
import { legibleExpansion } from '../../../webview/graph/layout/expansion';
import { neighboursOf } from '../../../webview/graph/neighbours';
import { drawable, everything } from '../support/pictures';
import { digitsCnn } from '../support/digitsCnn';
import { transformer } from '../support/transformer';

describe('the card an arrow key leads to', () => {
  it.each([['expanded', digitsCnn(), everything], ['with closed groups', transformer(12), legibleExpansion]] as const)('is at the other end of an edge, %s', (_, graph, expand) => {
    const { groups, edges, arrange } = drawable(graph);
    const picture = arrange(expand(groups));
    const neighbours = neighboursOf(picture, edges);
    const joined = new Set(graph.edges.map(({ source, target }) => `${picture.itemOf[source]} ${picture.itemOf[target]}`));
    for (const item of picture.items.of.keys()) {
      const [down, up] = [neighbours.next(item, 'down'), neighbours.next(item, 'up')];
      const [leads, comes] = ['source', 'target'].map((end) => graph.edges.some((edge) => picture.itemOf[edge.source] !== picture.itemOf[edge.target] && picture.itemOf[edge[end as 'source']] === item));
      expect([down !== undefined, up !== undefined]).toEqual([leads, comes]);
      if (down !== undefined) expect(joined).toContain(`${item} ${down}`);
      if (up !== undefined) expect(joined).toContain(`${up} ${item}`);
    }
  });

  it('stands in the same row to the left and right', () => {
    const { groups, edges, arrange } = drawable(digitsCnn());
    const picture = arrange(everything(groups));
    const { x, y } = picture.items;
    const neighbours = neighboursOf(picture, edges);
    let pairs = 0;
    for (const item of x.keys()) {
      const right = neighbours.next(item, 'right');
      if (right === undefined) continue;
      pairs++;
      expect(x[right]!).toBeGreaterThan(x[item]!);
      expect(Math.abs(y[right]! - y[item]!)).toBeLessThan(120);
    }
    expect(pairs).toBeGreaterThan(5);
  });

  it('is the uppermost and the lowest at the ends', () => {
    const { groups, edges, arrange } = drawable(digitsCnn());
    const picture = arrange(everything(groups));
    const neighbours = neighboursOf(picture, edges);
    expect(picture.items.y[neighbours.extreme('first')!]).toBe(Math.min(...picture.items.y));
    expect(picture.items.y[neighbours.extreme('last')!]).toBe(Math.max(...picture.items.y));
  });
});
