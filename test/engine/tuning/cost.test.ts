import { describe, expect, it } from 'vitest';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import type { Graph } from '../../../src/engine/graph/graph';
import { CORE_PEAKS } from '../../../src/engine/tuning/costTable';
import { modelledCycles } from '../../../src/engine/tuning/modelledCost';
import { type ValueSizes, workload } from '../../../src/engine/tuning/workload';
import { buildGraph, constant, placeholder, string } from '../../support/graphBuilder';
import { runAllPhases } from '../../support/snapshots';

const sizesOf = (shapes: Readonly<Record<string, readonly number[]>>, times = 1): ValueSizes =>
  new Map(Object.entries(shapes).map(([name, shape]) => [`${name}:0`, { shape, times }]));

const strides = (size: number) => ({ T: 'float32', strides: [1, size, size, 1], padding: string('SAME') });

describe('multiply-accumulates', () => {
  it.each([
    ['Conv2D', [1, 8, 8, 3], [3, 3, 3, 16], [1, 8, 8, 16], 1, 8 * 8 * 16 * 27],
    ['Conv2D', [1, 8, 8, 3], [3, 3, 3, 16], [1, 4, 4, 16], 2, 4 * 4 * 16 * 27],
    ['DepthwiseConv2dNative', [1, 8, 8, 3], [3, 3, 3, 2], [1, 8, 8, 6], 1, 8 * 8 * 6 * 9],
  ] as const)('of %s %j * %j', (op, x, w, y, stride, expected) => {
    const graph = buildGraph([placeholder('x', 'float32', x), constant('w', 'float32', w, [1]), { name: 'y', op, inputs: ['x', 'w'], attrs: strides(stride) }]);
    expect(workload(graph, dialect, sizesOf({ x, w, y })).get('y')?.multiplyAdds).toBe(expected);
    expect(workload(graph, dialect, sizesOf({ x, w, y }, 3)).get('y')?.multiplyAdds).toBe(3 * expected);
  });

  it('of a convolution from back to front, which strides make larger', () => {
    const graph = buildGraph([
      constant('size', 'int32', [4], [1, 8, 8, 3]), constant('w', 'float32', [3, 3, 3, 16], [1]), placeholder('x', 'float32', [1, 4, 4, 16]),
      { name: 'y', op: 'Conv2DBackpropInput', inputs: ['size', 'w', 'x'], attrs: strides(2) },
    ]);
    expect(workload(graph, dialect, sizesOf({ size: [4], w: [3, 3, 3, 16], x: [1, 4, 4, 16], y: [1, 8, 8, 3] })).get('y')?.multiplyAdds).toBe(4 * 4 * 16 * 27);
  });

  it('of products of two computed values', () => {
    const graph = buildGraph([
      placeholder('a', 'float32', [2, 4, 5]), placeholder('b', 'float32', [2, 5, 6]), { name: 'y', op: 'BatchMatMulV2', inputs: ['a', 'b'], attrs: { T: 'float32' } },
    ]);
    expect(workload(graph, dialect, sizesOf({ a: [2, 4, 5], b: [2, 5, 6], y: [2, 4, 6] })).get('y')?.multiplyAdds).toBeCloseTo(2 * 4 * 5 * 6, 9);
  });

  it('are none for what follows from constants alone', () => {
    const graph = buildGraph([constant('a', 'float32', [4, 4], [1]), constant('b', 'float32', [4, 4], [1]), { name: 'y', op: 'MatMul', inputs: ['a', 'b'], attrs: { T: 'float32' } }]);
    expect(workload(graph, dialect, sizesOf({ a: [4, 4], b: [4, 4], y: [4, 4] })).has('y')).toBe(false);
  });
});

const N = 512;
/** Two products, and an op between them that is worth nothing by itself. */
const graph: Graph = buildGraph([
  placeholder('x', 'float32', [N, N]), constant('w', 'float32', [N, N], [1]), constant('v', 'float32', [N, N], [1]),
  { name: 'first', op: 'MatMul', inputs: ['x', 'w'], attrs: { T: 'float32' } },
  { name: 'exp', op: 'Exp', inputs: ['first'], attrs: { T: 'float32' } },
  { name: 'second', op: 'MatMul', inputs: ['exp', 'v'], attrs: { T: 'float32' } },
]);
const SIZES = sizesOf(Object.fromEntries(['x', 'w', 'v', 'first', 'exp', 'second'].map((name) => [name, [N, N]])));

async function cycles(config: object, target: keyof typeof CORE_PEAKS, range?: { min: number; max: number }): Promise<number> {
  const { snapshots } = await runAllPhases(graph, config, range);
  return modelledCycles(snapshots.at(-1)!, { graph, works: workload(graph, dialect, SIZES), sizes: SIZES, dialect }, target);
}

describe('the modelled cost', () => {
  it('is what the arithmetic or the bytes take at the peaks of a core', async () => {
    const product = N ** 3 / CORE_PEAKS.avx2.multiplyAdds.fp32;
    const exp = (8 * N * N) / CORE_PEAKS.avx2.bytes;
    expect(await cycles({}, 'avx2')).toBeCloseTo(2 * product + exp, 6);
  });

  it('is none for activations on the accumulator of the op before them', async () => {
    const withRelu = buildGraph([
      placeholder('x', 'float32', [N, N]), constant('w', 'float32', [N, N], [1]), { name: 'first', op: 'MatMul', inputs: ['x', 'w'], attrs: { T: 'float32' } },
      { name: 'relu', op: 'Relu', inputs: ['first'], attrs: { T: 'float32' } },
    ]);
    const sizes = sizesOf({ x: [N, N], w: [N, N], first: [N, N], relu: [N, N] });
    expect(modelledCycles({ graph: withRelu }, { graph: withRelu, works: workload(withRelu, dialect, sizes), sizes, dialect }, 'amx')).toBe(N ** 3 / CORE_PEAKS.amx.multiplyAdds.fp32);
  });

  it('falls from FP32 to BF16 to INT8 where the target has instructions for them, and not where it has none', async () => {
    const bf16 = { use_bf16: true };
    const range = { min: -1, max: 1 };
    for (const target of ['avx512_bf16', 'amx'] as const) {
      const costs = [await cycles({}, target), await cycles(bf16, target), await cycles({}, target, range)];
      expect(costs).toEqual([...costs].sort((a, b) => b - a));
      expect(new Set(costs).size).toBe(3);
    }
    expect(await cycles(bf16, 'avx512_vnni')).toBeGreaterThan(await cycles({}, 'avx512_vnni'));
  });

  it('counts the Casts around a BF16 op', async () => {
    const alone = { use_bf16: true, bf16_ops: ['Exp'] };
    const casts = (2 * 6 * N * N) / CORE_PEAKS.amx.bytes;
    const saved = (4 * N * N) / CORE_PEAKS.amx.bytes;
    expect(await cycles(alone, 'amx')).toBeCloseTo((await cycles({}, 'amx')) + casts - saved, 6);
  });
});
