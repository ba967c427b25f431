import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../support/graphBuilder';
import { groupsOf, type Built } from '../support/groups';
import { transformer } from '../support/transformer';

/** A main line of `length` ops; `value` is read at some of them besides. */
function readAlong(length: number, readAt: (k: number) => boolean, scopeAt: (k: number) => string = () => ''): GraphBuilder {
  const b = new GraphBuilder();
  const value = b.add('Sub', 'value', [b.add('Placeholder', 'value_input')]);
  let x = b.add('Placeholder', 'input');
  for (let k = 0; k < length; k++) x = b.add('Add', `${scopeAt(k)}op${k}`, readAt(k) ? [x, value] : [x]);
  return b;
}

const sharedIn = (built: Built): string[] => built.nodes.filter((_, node) => groupsOf(built).shared[node] === 1).map(({ name }) => name);

describe('shared values', () => {
  it('are read far down the graph, at least three times', () => {
    expect(sharedIn(readAlong(100, (k) => k % 20 === 0))).toEqual(['value']);
    expect(sharedIn(readAlong(100, (k) => k % 50 === 0))).toEqual([]);
    expect(sharedIn(readAlong(30, (k) => k % 5 === 0))).toEqual([]);
  });

  it('are also read through ops that could run early', () => {
    const b = readAlong(100, () => false);
    for (const k of [5, 45, 65, 85]) {
      b.add('MatMul', `projection${k}`, ['value']);
      const [source, target] = [`projection${k}`, `op${k}`].map((wanted) => b.nodes.findIndex(({ name }) => name === wanted)) as [number, number];
      b.edges.push({ source, target, sourceOutput: 0, targetInput: 1 });
    }
    expect(sharedIn(b)).toEqual(['value']);
  });

  it('are read in many scopes that follow each other', () => {
    const layers = readAlong(30, () => true, (k) => `layer_${k >> 1}/`);
    expect(sharedIn(layers)).toEqual(['value']);
  });

  it('are not what many parts side by side read', () => {
    const b = new GraphBuilder();
    const x = b.add('Placeholder', 'input');
    const experts = Array.from({ length: 16 }, (_, k) => b.add('Relu', `expert_${k}/relu`, [b.add('MatMul', `expert_${k}/MatMul`, [x])]));
    b.add('AddN', 'sum', experts);
    expect(sharedIn(b)).toEqual([]);
  });

  it('are not the values of a residual connection', () => {
    const b = new GraphBuilder();
    let x = b.add('Placeholder', 'input');
    for (let block = 0; block < 3; block++) {
      const start = x;
      x = b.add('Concat', `block${block}_heads`, ['query', 'key', 'value'].map((name) => b.add('MatMul', `block${block}_${name}`, [start])));
      for (let k = 0; k < 40; k++) x = b.add('Relu', `block${block}_relu${k}`, [x]);
      x = b.add('Add', `block${block}_add`, [start, x]);
    }
    expect(sharedIn(b)).toEqual([]);
  });

  it('are not values the graph goes on from, but those of which only the shape is read as well', () => {
    const stages = readAlong(100, (k) => k > 0 && k % 20 === 0);
    const [value, first] = ['value', 'op0'].map((wanted) => stages.nodes.findIndex(({ name }) => name === wanted)) as [number, number];
    const input = stages.edges.find(({ target }) => target === first)!;
    stages.edges[stages.edges.indexOf(input)] = { ...input, source: value };
    expect(sharedIn(stages)).toEqual([]);
    const steps = readAlong(100, (k) => k % 20 === 0);
    steps.add('Shape', 'shape', ['value']);
    expect(sharedIn(steps)).toEqual(['value']);
  });

  it('stand before what reads them, whatever the order in the file', () => {
    const { nodes, edges } = readAlong(100, (k) => k % 20 === 0);
    const flip = (node: number): number => nodes.length - 1 - node;
    const flipped = { nodes: [...nodes].reverse(), edges: edges.map((edge) => ({ ...edge, source: flip(edge.source), target: flip(edge.target) })) };
    const groups = groupsOf(flipped);
    expect(Array.from(groups.order.subarray(0, 4), (node) => flipped.nodes[node]!.name)).toEqual(['value_input', 'value', 'input', 'op0']);
  });

  it('are the mask of a transformer, whose layers then stand in a row', () => {
    expect(sharedIn(transformer(12))).toEqual(['mask/mul']);
    expect(sharedIn(transformer(2))).toEqual([]);
  });
});
