import { expect, it } from 'vitest';
import type { Graph } from '../../../src/engine/graph/graph';
import { graphFingerprint } from '../../../src/engine/tuning/graphFingerprint';
import { buildGraph, constant, placeholder } from '../../support/graphBuilder';

const build = (weight: number, op = 'Relu', name = 'y'): Graph => buildGraph([
  placeholder('x', 'float32', [1]), constant('w', 'float32', [1], [weight]),
  { name: 'product', op: 'Mul', inputs: ['x', 'w'], attrs: { T: 'float32' } }, { name, op, inputs: ['product'], attrs: { T: 'float32' } },
]);
const original = build(1);
/** With the nodes of the original where they are as there. */
const changed = (other: Graph, ids: readonly string[]): Graph => {
  const kept = [...original.nodes].filter(([id]) => !ids.includes(id));
  return { ...original, nodes: new Map([...kept, ...[...other.nodes].filter(([id]) => ids.includes(id))]) };
};

it('is the same for equal changes, in any order of nodes', () => {
  const one = changed(build(2, 'Relu6'), ['w', 'y']);
  const other: Graph = { ...one, nodes: new Map([...changed(build(2, 'Relu6'), ['w', 'y']).nodes].reverse()) };
  expect(graphFingerprint(one, original)).toMatch(/^[0-9a-f]{16}$/);
  expect(graphFingerprint(other, original)).toBe(graphFingerprint(one, original));
});

it('tells apart the original, another op, another constant, other inputs, and what is gone', () => {
  const without: Graph = { ...original, nodes: new Map([...original.nodes].filter(([id]) => id !== 'y')) };
  const rewired: Graph = { ...original, nodes: new Map([...original.nodes].map(([id, node]) => [id, id === 'y' ? { ...node, inputs: [{ node: 'x', output: 0 }] } : node])) };
  const retyped = (T: string): Graph => ({ ...original, nodes: new Map([...original.nodes].map(([id, node]) => [id, id === 'y' ? { ...node, attributes: new Map([['T', { kind: 'type', value: T }]]) } as typeof node : node])) });
  const graphs = [original, changed(build(1, 'Relu6'), ['y']), changed(build(2), ['w']), changed(build(3), ['w']), without, rewired, retyped('bfloat16'), retyped('half')];
  expect(new Set(graphs.map((graph) => graphFingerprint(graph, original))).size).toBe(graphs.length);
});
