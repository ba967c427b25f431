import { describe, expect, it } from 'vitest';
import { findComposites } from '../../../src/engine/config/composites';
import { parseConfig } from '../../../src/engine/config/parse';
import { resolvePlan } from '../../../src/engine/config/plan';
import { onnxDialect } from '../../../src/engine/formats/onnx/dialect';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { buildOnnx, readBytes } from '../../support/onnxBuilder';
import { runPhases } from '../../support/phases';

const T = { T: 'float32' };
const node = (name: string, op: string, ...inputs: string[]): NodeSpec => ({ name, op, inputs, attrs: T });
const mean = (name: string, input: string): NodeSpec => ({ name, op: 'Mean', inputs: [input, 'axis'], attrs: { ...T, Tidx: 'int32', keep_dims: true } });
const dense = (name: string, input: string): NodeSpec => ({ name, op: 'MatMul', inputs: [input, 'w'], attrs: { ...T, transpose_a: false, transpose_b: false } });
const BASE = [
  placeholder('in', 'float32', [4, 4]), constant('w', 'float32', [4, 4], [0.5]), constant('c', 'float32', [], [0.5]), constant('one', 'float32', [], [1]),
  constant('three', 'float32', [], [3]), constant('axis', 'int32', [1], [1]), constant('vector', 'float32', [4], [2]),
];

/** GELU of `x` as frameworks spell it, from x to y. */
const GELUS: Readonly<Record<string, readonly NodeSpec[]>> = {
  'Keras, by erf': [node('half', 'Mul', 'x', 'c'), node('d', 'RealDiv', 'x', 'three'), node('erf', 'Erf', 'd'), node('sum', 'AddV2', 'one', 'erf'), node('y', 'Mul', 'half', 'sum')],
  'BERT, by erf': [node('d', 'Mul', 'x', 'c'), node('erf', 'Erf', 'd'), node('sum', 'AddV2', 'erf', 'one'), node('cdf', 'Mul', 'sum', 'c'), node('y', 'Mul', 'x', 'cdf')],
  'exporters, by erf': [node('d', 'RealDiv', 'x', 'three'), node('erf', 'Erf', 'd'), node('sum', 'AddV2', 'erf', 'one'), node('p', 'Mul', 'x', 'sum'), node('y', 'Mul', 'p', 'c')],
  'by tanh': [
    node('cube', 'Pow', 'x', 'three'), node('small', 'Mul', 'cube', 'c'), node('inner', 'AddV2', 'x', 'small'), node('scaled', 'Mul', 'inner', 'c'), node('tanh', 'Tanh', 'scaled'),
    node('sum', 'AddV2', 'one', 'tanh'), node('half', 'Mul', 'c', 'x'), node('y', 'Mul', 'half', 'sum'),
  ],
};
const gelu = (specs: readonly NodeSpec[]) => [...BASE, dense('m', 'in'), { ...node('x', 'BiasAdd', 'm', 'vector') }, ...specs, dense('out', 'y')];

/** Layer normalization as Keras 3 spells it. */
const NORM: readonly NodeSpec[] = [
  mean('mean', 'x'), node('centered', 'SquaredDifference', 'x', 'mean'), mean('variance', 'centered'), node('eps', 'AddV2', 'variance', 'c'), node('root', 'Rsqrt', 'eps'),
  node('scale', 'Mul', 'root', 'vector'), node('xs', 'Mul', 'x', 'scale'), node('ms', 'Mul', 'mean', 'scale'), node('shift', 'Sub', 'vector', 'ms'), node('y', 'AddV2', 'xs', 'shift'),
];

describe('composites', () => {
  it.each(Object.entries(GELUS))('GELU as %s', (_, specs) => {
    const [found, ...more] = findComposites(buildGraph(gelu(specs)), dialect);
    expect([found!.kind, [...found!.nodes].sort()]).toEqual(['GELU', specs.map(({ name }) => name).sort()]);
    expect(more).toEqual([]);
  });

  it.each<[string, readonly NodeSpec[]]>([
    ['another value', [node('d', 'Mul', 'm', 'c'), node('erf', 'Erf', 'd'), node('sum', 'AddV2', 'erf', 'one'), node('y', 'Mul', 'x', 'sum')]],
    ['two readers inside', [node('d', 'Mul', 'x', 'c'), node('erf', 'Erf', 'd'), node('sum', 'AddV2', 'erf', 'one'), node('y', 'Mul', 'x', 'sum'), node('z', 'Neg', 'sum')]],
    ['no product', [node('d', 'Mul', 'x', 'c'), node('erf', 'Erf', 'd'), node('y', 'AddV2', 'erf', 'one')]],
    ['tanh alone', [node('tanh', 'Tanh', 'x'), node('y', 'AddV2', 'tanh', 'x')]],
  ])('no GELU: %s', (_, specs) => {
    expect(findComposites(buildGraph(gelu(specs)), dialect)).toEqual([]);
  });

  it('layer normalization from its value to its result', () => {
    const found = findComposites(buildGraph([...BASE, dense('x', 'in'), ...NORM, dense('out', 'y')]), dialect);
    expect(found.map(({ kind, nodes }) => [kind, [...nodes].sort()])).toEqual([['normalization', NORM.map(({ name }) => name).sort()]]);
  });

  it('of ONNX, where they are spelled as exporters do', async () => {
    const spell = (op: string, inputs: string[], output: string) => ({ op, inputs, outputs: [output], name: output });
    const graph = await readBytes(buildOnnx({
      inputs: { x: ['float32', [2, 4]] }, outputs: { y: ['float32', [2, 4]] },
      initializers: { root2: { shape: [], float: [1.41421356] }, one: { shape: [], float: [1] }, half: { shape: [], float: [0.5] } },
      nodes: [spell('Div', ['x', 'root2'], 'd'), spell('Erf', ['d'], 'e'), spell('Add', ['e', 'one'], 's'), spell('Mul', ['x', 's'], 'p'), spell('Mul', ['p', 'half'], 'y')],
    }));
    expect(findComposites(graph, onnxDialect).map(({ kind, nodes }) => [kind, [...nodes].sort()])).toEqual([['GELU', ['d', 'e', 'p', 's', 'y']]]);
  });

  it('are found in time linear in the graph, however long a chain is', () => {
    const chain = Array.from({ length: 30_000 }, (_, index) => node(`n${index}`, 'Mul', index === 0 ? 'in' : `n${index - 1}`, 'c'));
    const graph = buildGraph([...BASE, ...chain, node('erf', 'Erf', 'n29999'), node('sum', 'AddV2', 'erf', 'one'), node('y', 'Mul', 'in', 'sum')]);
    expect(findComposites(graph, dialect)).toEqual([]);
  });
});

describe('the precision of a composite', () => {
  const planned = (specs: readonly NodeSpec[], config: object, ids: readonly string[]) => {
    const plan = resolvePlan(buildGraph(specs), parseConfig(JSON.stringify(config), 'c.json').config, { dialect, canCalibrate: true });
    return ids.map((id) => plan.nodes.get(id)!);
  };
  const ids = NORM.map(({ name }) => name);

  it('is one, and says which op decides', () => {
    const plans = planned([...BASE, dense('x', 'in'), ...NORM, dense('out', 'y')], { use_bf16: true }, ids);
    expect(new Set(plans.map(({ precision, bf16 }) => `${precision} ${bf16}`))).toEqual(new Set(['fp32 denied']));
    expect(plans.at(-1)!.reason.text).toMatch(/^It is part of a normalization together with \w+, which is FP32: Normalization divides/);
    const split = planned([...BASE, dense('x', 'in'), ...NORM, dense('out', 'y')], { use_bf16: true, preparation: { composite_ops: false } }, ids);
    expect(new Set(split.map(({ bf16 }) => bf16)).size).toBe(2);
  });

  it('is not touched where the config names one of its ops', () => {
    const [root, y] = planned([...BASE, dense('x', 'in'), ...NORM, dense('out', 'y')], { use_bf16: true, op_name_dict: { y: 'bf16' } }, ['root', 'y']);
    expect([root!.precision, y!.precision]).toEqual(['fp32', 'bf16']);
  });

  it.each(Object.entries(GELUS))('stays one through all phases: GELU as %s', async (_, specs) => {
    for (const cast_placement of ['min_cut', 'depth_first', 'none']) {
      for (const config of [{ use_bf16: true, cast_placement }, { use_bf16: true, cast_placement, op_type_dict: { MatMul: 'fp32' } }]) {
        const { optimized } = await runPhases(buildGraph(gelu(specs)), config);
        const types = specs.map(({ name }) => dialect.outputTypes([...optimized.nodes.values()].find((one) => one.id === name)!)[0]);
        expect(new Set(types).size).toBe(1);
      }
    }
  });

  it('is never INT8 in part', () => {
    for (const specs of Object.values(GELUS)) {
      const plans = planned(gelu(specs), {}, [...specs.map(({ name }) => name), 'm', 'x', 'out']);
      expect(plans.map(({ precision }) => precision)).toEqual([...specs.map(() => 'fp32'), 'int8', 'int8', 'int8']);
    }
  });
});
