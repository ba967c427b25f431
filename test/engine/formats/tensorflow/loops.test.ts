import { describe, expect, it } from 'vitest';
import { nodesInLoops } from '../../../../src/engine/formats/tensorflow/loops';
import { buildGraph, placeholder, type NodeSpec } from '../../../support/graphBuilder';

const T = { T: 'float32' };

/** One loop around `body`, a chain of ops that reads the loop's Switch; the value after it is `NAME/exit`. */
function loop(name: string, input: string, body: (value: string) => { nodes: NodeSpec[]; value: string }): NodeSpec[] {
  const inner = body(`${name}/switch:1`);
  return [
    { name: `${name}/enter`, op: 'Enter', inputs: [input], attrs: { ...T, frame_name: name } },
    { name: `${name}/merge`, op: 'Merge', inputs: [`${name}/enter`, `${name}/next`], attrs: { ...T, N: 2 } },
    { name: `${name}/less`, op: 'Less', inputs: [`${name}/merge`, `${name}/merge`], attrs: T },
    { name: `${name}/cond`, op: 'LoopCond', inputs: [`${name}/less`] },
    { name: `${name}/switch`, op: 'Switch', inputs: [`${name}/merge`, `${name}/cond`], attrs: T },
    ...inner.nodes,
    { name: `${name}/next`, op: 'NextIteration', inputs: [inner.value], attrs: T },
    { name: `${name}/exit`, op: 'Exit', inputs: [`${name}/switch`], attrs: T },
  ];
}

const neg = (name: string, input: string): NodeSpec => ({ name, op: 'Neg', inputs: [input], attrs: T });

describe('nodesInLoops', () => {
  it('holds what runs from Enter to Exit, and not what follows it', () => {
    const graph = buildGraph([
      placeholder('x', 'float32', [2]),
      neg('before', 'x'),
      ...loop('loop', 'before', (value) => ({ nodes: [neg('body', value)], value: 'body' })),
      neg('after', 'loop/exit'),
    ]);
    const inside = nodesInLoops(graph);
    expect([...graph.nodes.keys()].filter((id) => !inside.has(id))).toEqual(['x', 'before', 'after']);
  });

  it('holds what an outer loop does after an inner one', () => {
    const inner = (value: string) => ({
      nodes: [...loop('inner', value, (inside) => ({ nodes: [neg('deep', inside)], value: 'deep' })), neg('shallow', 'inner/exit')],
      value: 'shallow',
    });
    const graph = buildGraph([placeholder('x', 'float32', [2]), ...loop('outer', 'x', inner), neg('after', 'outer/exit')]);
    const inside = nodesInLoops(graph);
    for (const id of ['deep', 'inner/exit', 'shallow', 'outer/next', 'outer/exit']) expect(inside.has(id), id).toBe(true);
    for (const id of ['x', 'after']) expect(inside.has(id), id).toBe(false);
  });
});
