import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/engine/config/parse';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import type { Graph } from '../../../src/engine/graph/graph';
import { consumersOf } from '../../../src/engine/report/consumers';
import { inputDetails } from '../../../src/engine/report/valueDetails';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { randomConfig, randomGraph } from '../../support/randomGraph';
import { runAllPhases } from '../../support/snapshots';
import { seeded } from '../phases/minimumCut/random';

const op = (name: string, type: string, inputs: string[], attrs: NodeSpec['attrs'] = {}): NodeSpec => ({ name, op: type, inputs, attrs: { T: 'float32', ...attrs } });
const of = (graph: Graph, node: string, output = 0, opened = graph) => consumersOf({ node, output }, { graph, opened, dialect });

describe('who reads a value', () => {
  const x = placeholder('x', 'float32', [4]);

  it('is named once for every input that reads it', () => {
    const graph = buildGraph([x, op('twice', 'Mul', ['x', 'x']), op('exp', 'Exp', ['x'])]);
    expect(of(graph, 'x')).toEqual({ consumers: [{ name: 'twice', node: 'twice', input: 0 }, { name: 'twice', node: 'twice', input: 1 }, { name: 'exp', node: 'exp', input: 0 }], readers: 3 });
    expect(of(graph, 'exp').consumers).toEqual([{ name: 'exp', node: 'output:exp', input: 0 }]);
  });

  it('is told apart by output', () => {
    const graph = buildGraph([
      x, constant('axis', 'int32', [], [0]), { name: 'split', op: 'Split', inputs: ['axis', 'x'], attrs: { T: 'float32', num_split: 2 } }, op('a', 'Exp', ['split']), op('b', 'Cos', ['split:1']), op('end', 'AddV2', ['a', 'b']),
    ]);
    expect(of(graph, 'split', 0).consumers).toEqual([{ name: 'a', node: 'a', input: 0 }]);
    expect(of(graph, 'split', 1).consumers).toEqual([{ name: 'b', node: 'b', input: 0 }]);
  });

  it('comes after Casts, Quantize and Dequantize', async () => {
    const nodes = [x, constant('w', 'float32', [4, 4], [0.5]), op('shape', 'Reshape', ['x', 'size'], { Tshape: 'int32' }), constant('size', 'int32', [2], [1, 4]), op('m1', 'MatMul', ['shape', 'w']), op('exp', 'Exp', ['shape'])];
    const { snapshots } = await runAllPhases(buildGraph(nodes), { use_bf16: true, bf16_ops: ['Exp'], op_name_dict: { exp: 'bf16', m1: 'int8' }, cast_placement: 'none' }, { min: -1, max: 1 });
    const { graph } = snapshots[2]!;
    const { consumers, readers } = of(graph, 'shape', 0, snapshots[0]!.graph);
    expect(readers).toBe(2);
    expect(consumers.find(({ node }) => node === 'm1')!.through!.map(({ label }) => label)).toEqual(['F→8', '8→F']);
    const exp = consumers.find(({ node }) => node === 'exp')!;
    expect(exp.through!.map(({ label }) => label)).toEqual(['F→B']);
    expect(of(graph, exp.through![0]!.id, 0, snapshots[0]!.graph).consumers).toEqual([{ name: 'exp', node: 'exp', input: 0 }]);
    expect(of(graph, 'exp', 0, snapshots[0]!.graph).consumers).toMatchObject([{ name: 'exp', node: 'output:exp', through: [{ label: 'B→F' }] }]);
  });

  it('is counted where there are more than are named', () => {
    const graph = buildGraph([x, ...Array.from({ length: 120 }, (_, i) => op(`r${i}`, 'Exp', ['x']))]);
    const { consumers, readers } = of(graph, 'x');
    expect(consumers.map(({ name }) => name)).toEqual(Array.from({ length: 50 }, (_, i) => `r${i}`));
    expect(readers).toBe(120);
  });

  it('is found behind 10,000 Casts', () => {
    const chain = Array.from({ length: 10_000 }, (_, i): NodeSpec => ({
      name: `c${i}`, op: 'Cast', inputs: [i === 0 ? 'x' : `c${i - 1}`], attrs: i % 2 === 0 ? { SrcT: 'float32', DstT: 'bfloat16' } : { SrcT: 'bfloat16', DstT: 'float32' },
    }));
    const { consumers } = of(buildGraph([x, ...chain, op('end', 'Exp', ['c9999'])]), 'x');
    expect(consumers).toHaveLength(1);
    expect(consumers[0]!.through!.map(({ id }) => id).slice(-2)).toEqual(['c9998', 'c9999']);
  });

  it('is where its inputs say they come from, in random models', async () => {
    let links = 0;
    for (let seed = 0; seed < 20; seed++) {
      const random = seeded(seed);
      const model = randomGraph(random, { ops: 30, loops: seed % 2 === 0, roundings: true });
      const { snapshots, ranges } = await runAllPhases(buildGraph(model.nodes, { outputs: [...model.outputs] }), parseConfig(JSON.stringify(randomConfig(random, model)), 'c.json').config, { min: -1, max: 1 });
      const opened = snapshots[0]!.graph;
      for (const { graph } of snapshots) {
        for (const { id } of graph.nodes.values()) {
          for (const { node, input, through } of of(graph, id, 0, opened).consumers) {
            const reader = node === undefined ? undefined : graph.nodes.get(node);
            if (reader === undefined || !opened.nodes.has(id)) continue;
            const back = inputDetails(reader.inputs[input]!, { graph, opened, ranges, dialect });
            if (back.node !== id) continue;
            expect(back.through, `seed ${seed}: ${id} to ${node}`).toEqual(through);
            links++;
          }
        }
      }
    }
    expect(links).toBeGreaterThan(1000);
  });
});
