import { describe, expect, it } from 'vitest';
import type { DisplayNode } from '../../../webview/protocol';
import { findNodes } from '../../../src/engine/report/findNodes';

const node = (name: string, op: string, kind: DisplayNode['kind'] = 'op'): DisplayNode => ({ id: name, name, op, scope: [], kind });
const nodes = [node('x', 'Placeholder', 'input'), node('block_1/conv', 'Conv2D'), node('block_1/relu', 'Relu'), node('block_2/conv', 'Conv2D'), node('relu', 'Output', 'output')];
const found = (pattern: string): (string | undefined)[] => [...findNodes(nodes, { pattern })].map((index) => nodes[index]?.name);

describe('finding ops', () => {
  it('by whole names, as the keys of op_name_dict match', () => {
    expect(found('block_1/.*')).toEqual(['block_1/conv', 'block_1/relu']);
    expect(found('conv')).toEqual([]);
    expect(found('.*conv|x')).toEqual(['x', 'block_1/conv', 'block_2/conv']);
    expect(found('')).toEqual([]);
  });

  it('by type, and never the ends of the picture, which only repeat a name', () => {
    expect([...findNodes(nodes, { opType: 'Conv2D' })]).toEqual([1, 3]);
    expect([...findNodes(nodes, { opType: 'Output' })]).toEqual([]);
    expect(found('relu')).toEqual([]);
  });

  it('by the path and the class of their module', () => {
    const traced = [{ ...node('conv2d', 'aten.conv2d.default'), module: { path: 'features/0', type: 'torch.nn.modules.conv.Conv2d' } }, node('view', 'aten.view.default')];
    for (const query of [{ pattern: 'features/.*' }, { opType: 'Conv2d' }, { opType: 'torch.nn.modules.conv.Conv2d' }]) expect([...findNodes(traced, query)]).toEqual([0]);
  });

  it.each(['(', '[a', '*', 'a{2,1}', '(?P<name'])('refuses %s, which is no regular expression', (pattern) => {
    expect(() => findNodes(nodes, { pattern })).toThrow(`"${pattern}" is no regular expression`);
  });

  it('among 100,000, by any pattern', () => {
    const many = Array.from({ length: 100_000 }, (_, index) => node(`model/block_${index}/conv`, 'Conv2D'));
    expect(findNodes(many, { pattern: '.*' })).toHaveLength(many.length);
    expect(findNodes(many, { pattern: 'model/block_(\\d*7|[0-9]+5)/(conv|relu)' })).toHaveLength(19_999);
    expect([...findNodes(many, { pattern: 'model/block_99999/.*' })]).toEqual([99_999]);
  });
});
