import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../src/engine/graph/graph';
import { buildGraph, constant, placeholder, string, type NodeSpec } from '../../support/graphBuilder';
import { bf16Only, castCount, describeGraph, expectValid, type Phases, runPhases as runAnyPhases } from '../../support/phases';

const T = { T: 'float32' };
const B = { T: 'bfloat16' };
const x = placeholder('x', 'float32', [2, 2]);
const unary = (name: string, op: string, input: string, attrs = T): NodeSpec => ({ name, op, inputs: [input], attrs });
const cast = (name: string, input: string, SrcT: string, DstT: string): NodeSpec => ({ name, op: 'Cast', inputs: [input], attrs: { SrcT, DstT } });
/** The phases with the placement that this file is about. */
const runPhases = (graph: Graph, config: object, range?: { readonly min: number; readonly max: number }): Promise<Phases> =>
  runAnyPhases(graph, { cast_placement: 'depth_first', ...config }, range);
const OFF = { use_bf16: false };

describe('local rules', () => {
  it('folds BF16 -> FP32 -> BF16 for every reader, and keeps the first Cast for readers of FP32', async () => {
    const graph = buildGraph([
      cast('in', 'x', 'float32', 'bfloat16'), x, unary('a', 'Relu', 'in', B), cast('up', 'a', 'bfloat16', 'float32'),
      cast('down', 'up', 'float32', 'bfloat16'), unary('b', 'Tanh', 'down', B), unary('c', 'Neg', 'down', B), unary('d', 'Exp', 'up'),
    ]);
    const { optimized, changes } = await runPhases(graph, OFF);
    expectValid(optimized);
    expect(describeGraph(optimized)).toEqual([
      'in: Cast<b> <- x', 'a: Relu<b> <- in', 'up: Cast<f> <- a', 'b: Tanh<b> <- a', 'c: Neg<b> <- a', 'd: Exp<f> <- up',
    ]);
    expect(changes.map((change) => change.rule)).toEqual(['fold-cast-pair']);
  });

  it('keeps FP32 -> BF16 -> FP32, which rounds', async () => {
    const graph = buildGraph([x, cast('down', 'x', 'float32', 'bfloat16'), cast('up', 'down', 'bfloat16', 'float32'), unary('y', 'Exp', 'up')]);
    expect((await runPhases(graph, OFF)).changes).toEqual([]);
  });

  it('keeps a Cast whose value the caller fetches', async () => {
    const graph = buildGraph([placeholder('b', 'bfloat16', [2]), cast('up', 'b', 'bfloat16', 'float32'), cast('down', 'up', 'float32', 'bfloat16')]);
    expect((await runPhases(graph, OFF)).changes).toEqual([]);
  });

  it('removes a Cast from BF16 to BF16', async () => {
    const graph = buildGraph([placeholder('b', 'bfloat16', [2]), cast('noop', 'b', 'bfloat16', 'bfloat16'), unary('y', 'Relu', 'noop', B)]);
    expect(describeGraph((await runPhases(graph, OFF)).optimized)).toEqual(['y: Relu<b> <- b']);
  });

  it('merges Casts of the same value but not those of two outputs of one node', async () => {
    const graph = buildGraph([
      x, constant('axis', 'int32', [], [0]), { name: 's', op: 'Split', inputs: ['axis', 'x'], attrs: { ...T, num_split: 2 } },
      cast('c0', 's', 'float32', 'bfloat16'), cast('c0b', 's', 'float32', 'bfloat16'), cast('c1', 's:1', 'float32', 'bfloat16'),
      { name: 'y', op: 'AddN', inputs: ['c0', 'c0b', 'c1'], attrs: { ...B, N: 3 } },
    ]);
    const { optimized } = await runPhases(graph, OFF);
    expect(describeGraph(optimized)).toContain('y: AddN<b> <- c0, c0, c1');
    expect(castCount(optimized)).toBe(2);
  });

  it('stores a constant in BF16 instead of casting it', async () => {
    const graph = buildGraph([placeholder('b', 'bfloat16', [2]), constant('w', 'float32', [2], [1, 2]), cast('c', 'w', 'float32', 'bfloat16'),
      { name: 'y', op: 'Mul', inputs: ['b', 'c'], attrs: B }]);
    const { optimized } = await runPhases(graph, OFF);
    expectValid(optimized);
    expect([...optimized.nodes.keys()]).toEqual(['b', 'y', 'w/bfloat16']);
  });

  it('lets a Dequantize emit BF16 only in the mode with a kernel and only when all its readers want BF16', async () => {
    const graph = (mode: string, extra: readonly NodeSpec[] = []): ReturnType<typeof buildGraph> => buildGraph([
      placeholder('q', 'quint8', [2]), constant('min', 'float32', [], [0]), constant('max', 'float32', [], [1]),
      { name: 'dq', op: 'Dequantize', inputs: ['q', 'min', 'max'], attrs: { T: 'quint8', mode: string(mode), dtype: 'float32' } },
      cast('c', 'dq', 'float32', 'bfloat16'), unary('y', 'Relu', 'c', B), ...extra,
    ]);
    expect(describeGraph((await runPhases(graph('MIN_COMBINED'), OFF)).optimized)).toEqual(['dq: Dequantize<b> <- q', 'y: Relu<b> <- dq']);
    expect((await runPhases(graph('SCALED'), OFF)).changes).toEqual([]);
    expect((await runPhases(graph('MIN_FIRST'), OFF)).changes).toEqual([]);
    expect((await runPhases(graph('MIN_COMBINED', [unary('z', 'Exp', 'dq')]), OFF)).changes).toEqual([]);
  });

  describe('move values in BF16 that exist in BF16 and are wanted in BF16', () => {
    const b = placeholder('b', 'bfloat16', [2, 2]);
    const permutation = constant('p', 'int32', [2], [1, 0]);
    const transpose: NodeSpec = { name: 't', op: 'Transpose', inputs: ['s', 'p'], attrs: { ...T, Tperm: 'int32' } };
    const config = { use_bf16: true, bf16_ops: ['re:none'] };
    const across = (...more: NodeSpec[]): NodeSpec[] =>
      [x, b, permutation, cast('up', 'b', 'bfloat16', 'float32'), unary('s', 'Squeeze', 'up'), transpose, cast('down', 't', 'float32', 'bfloat16'), unary('y', 'Relu', 'down', B), ...more];
    const applied = async (nodes: readonly NodeSpec[], settings: object = config, outputs?: string[]): Promise<string[]> => {
      const { optimized, changes } = await runPhases(buildGraph(nodes, { outputs }), settings);
      expectValid(optimized);
      return changes.filter(({ rule }) => rule === 'cast-before-data-movement').length === 0 ? [] : describeGraph(optimized);
    };

    it('between two Casts of the model', async () => {
      expect(await applied(across())).toEqual(['s: Squeeze<b> <- b', 't: Transpose<b> <- s', 'y: Relu<b> <- t']);
      expect(await applied(across(unary('other', 'Exp', 'up')))).toEqual(
        ['up: Cast<f> <- b', 's: Squeeze<b> <- b', 't: Transpose<b> <- s', 'y: Relu<b> <- t', 'other: Exp<f> <- up']);
    });

    it('where another reader has the Cast already', async () => {
      const nodes = [x, permutation, cast('c', 'x', 'float32', 'bfloat16'), unary('z', 'Relu', 'c', B), unary('s', 'Squeeze', 'x'), transpose, cast('down', 't', 'float32', 'bfloat16'), unary('y', 'Relu', 'down', B)];
      expect(await applied(nodes)).toEqual(['c: Cast<b> <- x', 'z: Relu<b> <- c', 's: Squeeze<b> <- c', 't: Transpose<b> <- s', 'y: Relu<b> <- t']);
    });

    it('not where the value is read in FP32 on the way, fetched, pinned, or BF16 is off', async () => {
      expect(await applied(across(unary('other', 'Exp', 's')))).toEqual([]);
      expect(await applied(across(), config, ['s', 'y'])).toEqual([]);
      expect(await applied(across(), { ...config, op_name_dict: { s: 'fp32' } })).toEqual([]);
      expect(await applied(across(), OFF)).toEqual([]);
    });
  });

  it('leaves Casts alone that wait for another node, and those that nodes wait for in their order', async () => {
    const waiting = (name: string, input: string, SrcT: string, DstT: string): NodeSpec => ({ ...cast(name, input, SrcT, DstT), inputs: [input, '^first'] });
    const first = unary('first', 'Exp', 'x');
    const unchanged = [
      [placeholder('b', 'bfloat16', [2]), cast('up', 'b', 'bfloat16', 'float32'), waiting('down', 'up', 'float32', 'bfloat16'), unary('y', 'Relu', 'down', B)],
      [placeholder('b', 'bfloat16', [2]), waiting('up', 'b', 'bfloat16', 'float32'), cast('down', 'up', 'float32', 'bfloat16'), unary('y', 'Relu', 'down', B)],
      [placeholder('b', 'bfloat16', [2]), waiting('noop', 'b', 'bfloat16', 'bfloat16'), unary('y', 'Relu', 'noop', B)],
      [constant('w', 'float32', [2], [1]), waiting('down', 'w', 'float32', 'bfloat16'), unary('y', 'Relu', 'down', B)],
      [placeholder('i', 'uint8', [2]), waiting('up', 'i', 'uint8', 'float32'), cast('down', 'up', 'float32', 'bfloat16'), unary('y', 'Relu', 'down', B)],
      [waiting('c', 'x', 'float32', 'bfloat16'), cast('d', 'x', 'float32', 'bfloat16'), { name: 'y', op: 'Mul', inputs: ['c', 'd'], attrs: B }],
    ];
    for (const nodes of unchanged) expect((await runPhases(buildGraph([x, first, ...nodes]), OFF)).changes).toEqual([]);

    const graph = buildGraph([placeholder('b', 'bfloat16', [2]), cast('up', 'b', 'bfloat16', 'float32'), cast('down', 'up', 'float32', 'bfloat16'),
      unary('y', 'Relu', 'down', B), { name: 'last', op: 'Neg', inputs: ['y', '^down'], attrs: B }]);
    const { optimized } = await runPhases(graph, OFF);
    expectValid(optimized);
    expect(optimized.nodes.get('last')!.controlInputs).toEqual(['b']);
  });

  it('reads no Cast of the model that waits for what comes later', async () => {
    // The Cast waits for the Tanh: were the Tanh to read it, they would wait for each other.
    const graph = buildGraph([x, unary('a', 'Tanh', 'x'), { ...cast('c', 'x', 'float32', 'bfloat16'), inputs: ['x', '^a'] }, unary('y', 'Relu', 'c', B)]);
    const { optimized } = await runPhases(graph, bf16Only('a'));
    expectValid(optimized);
    expect(describeGraph(optimized)).toContain('a: Tanh<b> <- x/to_bfloat16');
  });

  it('makes one Cast of two where the first changes no result, and keeps two where it might', async () => {
    const graph = (from: string, to: string): ReturnType<typeof buildGraph> => buildGraph([
      placeholder('i', from as 'uint8', [2]), cast('a', 'i', from, 'float32'), cast('b', 'a', 'float32', to), unary('y', 'Abs', 'b', { T: to }),
    ]);
    for (const from of ['uint8', 'int64']) {
      expect(describeGraph((await runPhases(graph(from, 'bfloat16'), OFF)).optimized)).toEqual(['b: Cast<b> <- i', 'y: Abs<b> <- b']);
    }
    expect(describeGraph((await runPhases(graph('uint8', 'float64'), OFF)).optimized)).toContain('b: Cast<float64> <- i');
    expect((await runPhases(graph('int64', 'float64'), OFF)).changes).toEqual([]);
  });
});

describe('depth-first placement', () => {
  const chain = (...ops: readonly string[]): NodeSpec[] => [x, ...ops.map((op, i) => unary(`n${i}`, op, i === 0 ? 'x' : `n${i - 1}`))];
  const named = { use_bf16: true, op_type_dict: { Tanh: 'bf16' } };

  it('takes a stretch of ops between two BF16 ops in when that saves Casts', async () => {
    const config = { ...named, op_name_dict: { 'n[12]': 'auto' } };
    const { converted, optimized } = await runPhases(buildGraph(chain('Tanh', 'Neg', 'Abs', 'Tanh', 'Exp')), config);
    expect(castCount(converted)).toBe(4);
    expectValid(optimized);
    expect(castCount(optimized)).toBe(2);
    expect(describeGraph(optimized).slice(0, 4)).toEqual(['n0: Tanh<b> <- x/to_bfloat16', 'n1: Neg<b> <- n0', 'n2: Abs<b> <- n1', 'n3: Tanh<b> <- n2']);
  });

  it('leaves ops outside that would save nothing, sensitive ops, and ops the user keeps FP32', async () => {
    const ofTheLast = async (op: string, config: object = named): Promise<number> => castCount((await runPhases(buildGraph(chain('Tanh', op, 'Tanh', 'Exp')), config)).optimized);
    expect(await ofTheLast('Neg')).toBe(2);
    expect(await ofTheLast('Exp')).toBe(4);
    expect(await ofTheLast('Neg', { ...named, op_name_dict: { n1: 'fp32' } })).toBe(4);
    const dangling = await runPhases(buildGraph(chain('Tanh', 'Neg', 'Exp')), named);
    expect(describeGraph(dangling.optimized)).toContain('n1: Neg<f> <- n0/to_float32');
  });

  it('asks again whoever shared a Cast with an op that joined', async () => {
    // The Shape shares a Cast with the Neg; once the Neg has joined, the Shape alone keeps the Cast alive.
    const graph = buildGraph([
      x, unary('a', 'Tanh', 'x'), { name: 'size', op: 'Shape', inputs: ['a'], attrs: { ...T, out_type: 'int32' } },
      unary('n', 'Neg', 'a'), unary('b', 'Tanh', 'n'), unary('y', 'Exp', 'b'),
    ]);
    const { optimized } = await runPhases(graph, named);
    expect(castCount(optimized)).toBe(2);
    expect(describeGraph(optimized)).toContain('size: Shape<int32> <- a');
  });

  it('stays inside an explicit bf16_ops, but for ops that only move values', async () => {
    const optimized = async (op: string, attrs = {}): Promise<string[]> => describeGraph((await runPhases(
      buildGraph([x, unary('a', 'Tanh', 'x'), unary('m', op, 'a', { ...T, ...attrs }), unary('b', 'Tanh', 'm'), unary('y', 'Exp', 'b')]), bf16Only('[ab]'),
    )).optimized);
    expect(await optimized('Neg')).toContain('m: Neg<f> <- a/to_float32');
    expect(await optimized('Squeeze')).toContain('m: Squeeze<b> <- a');
  });

  it('returns a lone light op of the default list to FP32 and keeps it when the user named it', async () => {
    const lone = [x, unary('a', 'Exp', 'x'), unary('b', 'Relu', 'a'), unary('c', 'Exp', 'b')];
    const byDefault = await runPhases(buildGraph(lone), { use_bf16: true });
    expect(castCount(byDefault.converted)).toBe(2);
    expect(describeGraph(byDefault.optimized)).toEqual(describeGraph(buildGraph(lone)));
    expect(byDefault.changes.at(-1)).toMatchObject({ rule: 'return-to-fp32', reason: 'BF16 would cost 2 Casts for 1 light op.' });
    expect(castCount((await runPhases(buildGraph(lone), bf16Only('b'))).optimized)).toBe(2);
  });

  it('gives a returned op its name and its constants back', async () => {
    const graph = [x, unary('a', 'Exp', 'x'), constant('k', 'float32', [], [2]), { name: 'y', op: 'Mul', inputs: ['a', 'k'], attrs: T }];
    const { converted, optimized } = await runPhases(buildGraph(graph), { use_bf16: true });
    expect([...converted.nodes.keys()]).toContain('k/bfloat16');
    expectValid(optimized);
    expect(describeGraph(optimized)).toEqual(describeGraph(buildGraph(graph)));
  });

  it('restores what passes a constant on together with the constant', async () => {
    const graph = buildGraph([x, unary('a', 'Exp', 'x'), constant('k', 'float32', [], [2]), unary('k/read', 'Identity', 'k'),
      { name: 'b', op: 'Mul', inputs: ['a', 'k/read'], attrs: T }, unary('c', 'Exp', 'b')]);
    const { optimized } = await runPhases(graph, { use_bf16: true });
    expectValid(optimized);
    expect(describeGraph(optimized).sort()).toEqual(describeGraph(graph).sort());
  });

  it('returns an op that reads what a Dequantize emits in BF16 by now', async () => {
    const graph = buildGraph([
      placeholder('q', 'quint8', [2, 2]), constant('min', 'float32', [], [0]), constant('max', 'float32', [], [1]), x, unary('e', 'Exp', 'x'),
      { name: 'dq', op: 'Dequantize', inputs: ['q', 'min', 'max'], attrs: { T: 'quint8', mode: string('MIN_COMBINED'), dtype: 'float32' } },
      { name: 'sum', op: 'AddV2', inputs: ['dq', 'e'], attrs: T }, unary('y', 'Exp', 'sum'),
    ]);
    const { optimized } = await runPhases(graph, { use_bf16: true, cast_placement: 'depth_first' });
    expectValid(optimized);
    expect(describeGraph(optimized)).toContain('sum: AddV2<f> <- dq/to_float32, e');
  });

  it('keeps the rounding of a Cast pair of the model', async () => {
    const graph = buildGraph([x, unary('a', 'Exp', 'x'), unary('b', 'Relu', 'a'), cast('down', 'b', 'float32', 'bfloat16'), cast('up', 'down', 'bfloat16', 'float32'), unary('c', 'Exp', 'up')]);
    const { optimized } = await runPhases(graph, { use_bf16: true, cast_placement: 'depth_first' });
    expectValid(optimized);
    expect(castCount(optimized)).toBe(2);
  });

  it('leaves the Casts of phase 2 alone with placement none', async () => {
    const { converted, optimized } = await runPhases(buildGraph(chain('Tanh', 'Neg', 'Tanh', 'Exp')), { ...named, cast_placement: 'none' });
    expect(optimized).toBe(converted);
  });

  it('converts a chain of 20,000 ops', async () => {
    const ops = Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? 'Tanh' : 'Neg'));
    const { optimized } = await runPhases(buildGraph(chain(...ops, 'Exp')), named);
    expect(castCount(optimized)).toBe(2);
  });
});

describe('minimum cut with a reward', () => {
  const reward = { use_bf16: true, bf16_reward: 0.25 };
  const light = (op: string, count: number): Graph =>
    buildGraph([x, constant('axis', 'int32', [], [0]), ...Array.from({ length: count }, (_, i): NodeSpec => {
      const input = i === 0 ? 'x' : `op_${i - 1}`;
      return op === 'ExpandDims' ? { name: `op_${i}`, op, inputs: [input, 'axis'], attrs: { ...T, Tdim: 'int32' } } : unary(`op_${i}`, op, input);
    })]);

  it('pays for Casts with ops that compute, not with those that only move values', async () => {
    const casts = async (graph: Graph): Promise<number> => castCount((await runAnyPhases(graph, reward)).optimized);
    expect(await casts(light('Neg', 9))).toBe(2);
    expect(await casts(light('ExpandDims', 9))).toBe(0);
  });

  it('moves values in BF16 where that costs no Cast, and at no reward in FP32', async () => {
    const graph = buildGraph([x, unary('moved', 'Squeeze', 'x'), unary('b', 'Tanh', 'moved'), unary('y', 'Exp', 'b')]);
    const moved = async (config: object): Promise<string[]> => describeGraph((await runAnyPhases(graph, { ...bf16Only('b'), ...config })).optimized).filter((line) => line.startsWith('moved:'));
    expect(await moved({})).toEqual(['moved: Squeeze<b> <- x/to_bfloat16']);
    expect(await moved({ bf16_reward: 0 })).toEqual(['moved: Squeeze<f> <- x']);
  });
});
