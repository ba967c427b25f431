import { expect, it } from 'vitest';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { castCount, describeGraph, expectValid, runPhases } from '../../support/phases';

const T = { T: 'float32' };
const op = (name: string, type: string, ...inputs: string[]): NodeSpec => ({ name, op: type, inputs, attrs: T });

/** Layer normalization as Keras 3 exports it, between two products. */
const NET: readonly NodeSpec[] = [
  placeholder('input', 'float32', [2, 8]), constant('w', 'float32', [8, 8], [1]), constant('axes', 'int32', [1], [1]),
  constant('epsilon', 'float32', [], [0.001]), constant('gamma', 'float32', [8], [1]), constant('beta', 'float32', [8], [0.5]),
  op('x', 'MatMul', 'input', 'w'),
  op('mean', 'Mean', 'x', 'axes'), op('stop', 'StopGradient', 'mean'), op('squares', 'SquaredDifference', 'x', 'stop'),
  op('variance', 'Mean', 'squares', 'axes'), op('added', 'AddV2', 'variance', 'epsilon'), op('scale', 'Rsqrt', 'added'),
  op('scaled', 'Mul', 'scale', 'gamma'), op('a', 'Mul', 'x', 'scaled'), op('negative', 'Neg', 'mean'),
  op('b', 'Mul', 'negative', 'scaled'), op('shift', 'AddV2', 'b', 'beta'), op('y', 'AddV2', 'a', 'shift'),
  op('z', 'MatMul', 'y', 'w'),
];

it.each(['min_cut', 'depth_first'])('computes a variance in one stretch of FP32, by %s', async (placement) => {
  const { optimized } = await runPhases(buildGraph(NET), { use_bf16: true, cast_placement: placement });
  expectValid(optimized);
  const path = describeGraph(optimized).filter((line) => /^(squares|variance|added|scale):/.test(line));
  expect(path.slice(1)).toEqual(['variance: Mean<f> <- squares', 'added: AddV2<f> <- variance', 'scale: Rsqrt<f> <- added']);
  expect(path[0]).toMatch(/^squares: SquaredDifference<f>/);
  expect(dialect.outputTypes(optimized.nodes.get('x')!)).toEqual(['bfloat16']);
});

it('takes it into BF16 where the config leaves it to the Casts', async () => {
  const config = { use_bf16: true, cast_placement: 'min_cut', sensitive_ops: { normalization: 'auto' } };
  const { optimized } = await runPhases(buildGraph(NET), config);
  expect(castCount(optimized)).toBe(2);
  expect(describeGraph(optimized)).toContain('scale: Rsqrt<b> <- added');
});
