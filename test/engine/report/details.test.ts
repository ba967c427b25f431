import { describe, expect, it } from 'vitest';
import type { NodeDetails } from '../../../webview/protocol';
import { parseConfig } from '../../../src/engine/config/parse';
import { UserError } from '../../../src/engine/errors';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { valueKey } from '../../../src/engine/graph/graph';
import { nodeDetails } from '../../../src/engine/report/details';
import { histogramOf } from '../../../src/engine/report/histogram';
import { shapeText } from '../../../src/engine/report/text';
import { buildGraph, constant, placeholder, shapeOf, type NodeSpec } from '../../support/graphBuilder';
import { randomConfig, randomGraph } from '../../support/randomGraph';
import { runAllPhases, type Run } from '../../support/snapshots';
import { seeded } from '../phases/minimumCut/random';

const op = (name: string, type: string, inputs: string[], attrs: NodeSpec['attrs'] = {}): NodeSpec => ({ name, op: type, inputs, attrs: { T: 'float32', ...attrs } });
const details = ({ snapshots, plan, ranges }: Run, id: string, snapshot: number): NodeDetails => nodeDetails(id, snapshot, snapshots, plan, ranges, dialect);

const model: NodeSpec[] = [
  placeholder('x', 'float32', [-1, 4]), constant('w', 'float32', [4, 3], [0.5]), op('dense', 'MatMul', ['x', 'w'], { transpose_b: false }),
  constant('s', 'float32', [3], [2]), constant('t', 'float32', [3], [1]), op('scaled', 'Mul', ['dense', 's']), op('bn', 'AddV2', ['scaled', 't']),
  op('exp', 'Exp', ['bn'], { _output_shapes: { kind: 'shapes', value: [[-1, 3]] } }),
];

describe('details of a node', () => {
  it('of the opened model: types, shapes, attributes, and what is planned', async () => {
    const run = await runAllPhases(buildGraph(model), {}, { min: -1, max: 1 });
    expect(details(run, 'dense', 0)).toEqual({
      id: 'dense',
      name: 'dense',
      op: 'MatMul',
      precision: 'fp32',
      why: { text: 'Becomes INT8: MatMul has an INT8 form and its ranges are calibrated.' },
      inputs: [
        { name: 'x', node: 'x', dtype: 'float32', shape: 'N×4', range: '-1 … 1', min: -1, max: 1 },
        { name: 'w', dtype: 'float32', shape: '4×3', constant: '4×3, float32, 48 B', histogram: histogramOf(run.snapshots[0]!.graph.nodes.get('w')!, dialect) },
      ],
      outputs: [{ name: 'dense', dtype: 'float32', shape: 'N×3', consumers: [{ name: 'scaled', node: 'scaled', input: 0 }], readers: 1 }],
      attributes: [{ name: 'T', value: 'float32' }, { name: 'transpose_b', value: 'false' }],
      changes: [],
    });
  });

  it('after a phase: INT8 weights behind Dequantize, and the changes that touched it', async () => {
    const run = await runAllPhases(buildGraph(model), {}, { min: -1, max: 1 });
    const dense = details(run, 'dense', 1);
    expect(dense).toMatchObject({ precision: 'int8', why: { text: 'MatMul has an INT8 form and its ranges are calibrated.' } });
    expect(dense.inputs).toEqual([
      {
        name: 'x', node: 'x', dtype: 'float32', shape: 'N×4', range: '-1 … 1', min: -1, max: 1,
        through: [{ id: 'x/quantize', kind: 'quantize', label: 'F→8' }, { id: 'x/dequantize', kind: 'quantize', label: '8→F' }],
      },
      { name: 'w/int8', dtype: 'float32', shape: '4×3', constant: '4×3, qint8, 12 B', histogram: histogramOf(run.snapshots[1]!.graph.nodes.get('w/int8')!, dialect) },
    ]);
    expect(dense.changes.map(({ phase, rule }) => `${phase} ${rule}`)).toEqual(['quantize quantize-value', 'quantize quantize-weight']);
    expect(details(run, 'exp', 1).outputs).toMatchObject([{ name: 'exp', dtype: 'float32', shape: 'N×3' }]);
    expect(details(run, 'exp', 1).attributes).toContainEqual({ name: '_output_shapes', value: '[N×3]' });
  });

  it('that is gone: as it was, with the change that removed it', async () => {
    const run = await runAllPhases(buildGraph(model), {}, { min: -1, max: 1 });
    const scaled = details(run, 'scaled', 3);
    expect(scaled).toMatchObject({ name: 'scaled', op: 'Mul', precision: undefined });
    expect(scaled.why.text).toBe(scaled.changes.at(-1)!.reason);
    expect(scaled.changes.map(({ rule }) => rule)).toEqual(['fold-batch-norm']);
    expect(details(run, 'scaled', 0)).toMatchObject({ precision: 'fp32', changes: [] });
  });

  it('that conversion added: what it is for', async () => {
    const run = await runAllPhases(buildGraph(model), {}, { min: -1, max: 1 });
    const quantize = details(run, 'x/quantize', 1);
    expect(quantize).toMatchObject({ op: 'QuantizeV2', precision: 'other' });
    expect(quantize.why.text).toBe(run.snapshots[1]!.changes.find(({ after }) => after.includes('x/quantize'))!.reason);
    expect(quantize.outputs.map(({ name, dtype }) => [name, dtype])).toEqual([['x/quantize', 'quint8'], ['x/quantize:1', 'float32'], ['x/quantize:2', 'float32']]);
  });

  it('that phases changed: where in their changes, and that of a Cast where it was made and folded', async () => {
    const run = await runAllPhases(buildGraph([
      placeholder('x', 'float32', [2, 4]), constant('w', 'float32', [4, 4], [0.5]), op('m1', 'MatMul', ['x', 'w']), op('abs', 'Abs', ['m1']), op('m2', 'MatMul', ['abs', 'w']), op('exp', 'Exp', ['m2']),
    ]), { use_bf16: true });
    const cast = details(run, 'exp', 2).inputs[0]!.through![0]!.id;
    const folded = details(run, 'm2', 2).inputs[0]!.through![0]!.id;
    for (const id of ['m2', cast, folded]) {
      const { changes } = details(run, id, 3);
      expect(changes.length).toBeGreaterThan(0);
      for (const { snapshot, index, ...change } of changes) {
        const made = run.snapshots[snapshot]!.changes[index]!;
        expect([...made.before, ...made.after]).toContain(id);
        expect(made).toMatchObject(change);
      }
    }
    expect(details(run, cast, 3).changes.map(({ snapshot }) => snapshot)).toEqual([2]);
    expect(details(run, folded, 2).changes.map(({ snapshot }) => snapshot)).toEqual([2]);
    expect(details(run, folded, 3).changes.map(({ snapshot }) => snapshot)).toEqual([2, 3]);
    expect(details(run, folded, 3).precision).toBeUndefined();
  });

  it('that a phase renamed: its name in the opened model too', async () => {
    const run = await runAllPhases(buildGraph([placeholder('x', 'float32', [2, 4]), constant('w', 'float32', [4, 4], [0.5]), op('y', 'MatMul', ['x', 'w'])]), { use_bf16: true });
    expect(details(run, 'y', 1)).not.toHaveProperty('sourceName');
    const converted = details(run, 'y', 2);
    expect(converted.name).not.toBe('y');
    expect(converted.sourceName).toBe('y');
    expect(converted.outputs[0]!.consumers).toMatchObject([{ name: 'y', node: 'output:y', input: 0, through: [{ kind: 'cast', label: 'B→F' }] }]);
  });

  it('that joined BF16 neighbours: the change, not the plan that left it FP32', async () => {
    const run = await runAllPhases(buildGraph([
      placeholder('x', 'float32', [2, 4]), constant('w', 'float32', [4, 4], [0.5]), op('m1', 'MatMul', ['x', 'w']), op('abs', 'Abs', ['m1']), op('m2', 'MatMul', ['abs', 'w']), op('exp', 'Exp', ['m2']),
    ]), { use_bf16: true });
    expect(details(run, 'abs', 2)).toMatchObject({ precision: 'fp32', why: run.plan.nodes.get('abs')!.reason });
    const joined = details(run, 'abs', 3);
    expect(joined.precision).toBe('bf16');
    expect(joined.why.text).toBe(joined.changes.at(-1)!.reason);
    expect(details(run, 'm1', 1).why.text).toMatch(/^Becomes BF16: /);
    expect(details(run, 'exp', 2).inputs[0]).toMatchObject({ name: 'm2', node: 'm2', dtype: 'float32', through: [{ kind: 'cast', label: 'B→F' }] });
  });

  it('that the config decided: the key to open', async () => {
    const run = await runAllPhases(buildGraph(model), { op_type_dict: { MatMul: 'fp32' } }, { min: -1, max: 1 });
    expect(details(run, 'dense', 3).why).toEqual({ text: 'op_type_dict says fp32 for MatMul.', configKey: 'op_type_dict.MatMul' });
  });

  it('at the end of an output', async () => {
    const run = await runAllPhases(buildGraph(model), {});
    expect(details(run, 'output:exp', 3)).toMatchObject({ name: 'exp', op: 'Output', precision: 'other', inputs: [{ name: 'exp', node: 'exp', dtype: 'float32', shape: 'N×3' }], outputs: [] });
  });

  it('that does not exist is an error', async () => {
    const run = await runAllPhases(buildGraph(model), {});
    expect(() => details(run, 'nobody', 0)).toThrow(UserError);
  });

  it('shows the shape calibration saw only where the graph does not tell the rank', async () => {
    const { snapshots, plan } = await runAllPhases(buildGraph([
      placeholder('x', 'float32', [-1, 4]), op('relu', 'Relu', ['x']), { name: 'any', op: 'Placeholder', attrs: { dtype: 'float32', shape: shapeOf(undefined) } }, op('abs', 'Abs', ['any']),
    ]), {});
    const ranges = new Map(['relu:0', 'abs:0'].map((key) => [key, { min: 0, max: 1, shape: [100, 4] }]));
    expect(details({ snapshots, plan, ranges }, 'relu', 0).outputs[0]!.shape).toBe('N×4');
    expect(details({ snapshots, plan, ranges }, 'abs', 0).outputs[0]!.shape).toBe('100×4');
    expect(details({ snapshots, plan, ranges: new Map() }, 'abs', 0).outputs[0]!.shape).toBe('?');
  });

  it('with several outputs names them by their index', async () => {
    const run = await runAllPhases(buildGraph([
      placeholder('x', 'float32', [4]), constant('axis', 'int32', [], [0]), { name: 'split', op: 'Split', inputs: ['axis', 'x'], attrs: { T: 'float32', num_split: 2, shape: shapeOf(undefined) } },
      op('sub', 'Sub', ['split:1', 'split']),
    ]), {});
    expect(details(run, 'split', 0).outputs.map(({ name }) => name)).toEqual(['split', 'split:1']);
    expect(details(run, 'sub', 0).inputs.map(({ name, node }) => [name, node])).toEqual([['split:1', 'split'], ['split', 'split']]);
    expect(details(run, 'split', 0).inputs[0]).toMatchObject({ constant: 'scalar, int32, 4 B' });
  });

  it('has the shapes of its values in every snapshot, which are those of the opened model', async () => {
    let known = 0;
    for (let seed = 0; seed < 8; seed++) {
      const random = seeded(seed);
      const model = randomGraph(random, { ops: 30, loops: true, roundings: true });
      const config = parseConfig(JSON.stringify(randomConfig(random, model)), 'c.json').config;
      const run = await runAllPhases(buildGraph(model.nodes, { outputs: [...model.outputs] }), config, { min: -1, max: 1 });
      run.snapshots.forEach(({ graph }, snapshot) => {
        const inferred = dialect.inferShapes(graph);
        for (const id of graph.nodes.keys()) {
          details(run, id, snapshot).outputs.forEach(({ shape }, output) => {
            const own = inferred.get(valueKey({ node: id, output }));
            if (own === undefined) return;
            expect(shape, `seed ${seed}, snapshot ${snapshot}: ${id}:${output}`).toBe(shapeText(own));
            known++;
          });
        }
      });
    }
    expect(known).toBeGreaterThan(1000);
  });
});
