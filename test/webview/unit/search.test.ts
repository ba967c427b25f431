import { describe, expect, it } from 'vitest';
import { find } from '../../../webview/graph/search';
import type { DisplayNode } from '../../../webview/protocol';

const node = (op: string, name: string): DisplayNode => ({ id: name, name, op, scope: [], kind: 'op' });
const nodes = [node('Identity', 'conv2d/kernel/read'), node('Identity', 'block/conv_read'), node('Conv2D', 'block/first'), node('DepthwiseConv2dNative', 'depthwise')];

describe('find', () => {
  it('puts ops first, then last parts of names, then everything else', () => {
    expect(find(nodes, 'conv').nodes).toEqual([2, 1, 0, 3]);
  });

  it('ignores case and spaces around', () => {
    expect(find(nodes, ' DEPTHWISE ').nodes).toEqual([3]);
  });

  it('finds nothing for nothing', () => {
    expect(find(nodes, ' ')).toEqual({ nodes: [], total: 0 });
  });

  it('lists the first fifty and counts the rest', () => {
    const many = Array.from({ length: 200 }, (_, k) => node('Relu', `relu_${k}`));
    const found = find(many, 'relu');
    expect(found.nodes).toHaveLength(50);
    expect(found.total).toBe(200);
  });
});
