import { describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../../../src/engine/config/config';
import { parseConfig } from '../../../../src/engine/config/parse';
import { CancelledError } from '../../../../src/engine/errors';
import { tensorflowDialect as dialect } from '../../../../src/engine/formats/tensorflow/dialect';
import type { Graph } from '../../../../src/engine/graph/graph';
import { optimize } from '../../../../src/engine/phases/optimize/optimize';
import type { Snapshot } from '../../../../src/engine/snapshot';
import { buildGraph, constant, placeholder, string, type NodeSpec } from '../../../support/graphBuilder';
import { castCount, describeGraph, expectValid } from '../../../support/phases';
import { runAllPhases } from '../../../support/snapshots';

const T = { T: 'float32' };
const B = { T: 'bfloat16' };
const x = placeholder('x', 'float32', [2, 2]);
const node = (name: string, op: string, inputs: readonly string[], attrs: NodeSpec['attrs'] = T): NodeSpec => ({ name, op, inputs, attrs });
const cast = (name: string, input: string, SrcT: string, DstT: string): NodeSpec => ({ name, op: 'Cast', inputs: [input], attrs: { SrcT, DstT } });

/** The last snapshot under min_cut: the named ops are BF16, the pinned ones FP32, others of the free table either. */
async function place(specs: readonly NodeSpec[], config: object): Promise<Snapshot> {
  const text = JSON.stringify({ use_bf16: true, cast_placement: 'min_cut', bf16_reward: 0, ...config });
  const { config: parsed, problems } = parseConfig(text, 'test.mixed-precision.json');
  expect(problems).toEqual([]);
  const { snapshots } = await runAllPhases(buildGraph(specs, { inputs: parsed.inputs, outputs: parsed.outputs }), parsed);
  const last = snapshots.at(-1)!;
  expectValid(last.graph);
  return last;
}

const bf16 = (graph: Graph): string[] => [...graph.nodes.values()]
  .filter((n) => !dialect.isCast(n) && !dialect.isConstant(n) && dialect.outputTypes(n).includes('bfloat16')).map((n) => n.id).sort();
const listed = (...names: readonly string[]): object => ({ bf16_ops: names.map((name) => `re:${name}`) });
const pinned = (...names: readonly string[]): object => ({ op_name_dict: Object.fromEntries(names.map((name) => [name, 'fp32'])) });

describe('placement by minimum cut', () => {
  it('takes a whole stretch of free ops in where its narrowest place is beyond it', async () => {
    // Between a and the three readers: one value at its end, three before it.
    const { graph, castProof } = await place([
      x, node('a', 'Relu', ['x']), node('p', 'Tanh', ['a']), node('q', 'Neg', ['a']), node('r', 'Abs', ['a']),
      { name: 'sum', op: 'AddN', inputs: ['p', 'q', 'r'], attrs: { ...T, N: 3 } }, node('y', 'Sigmoid', ['sum']),
    ], { ...listed('a'), ...pinned('y') });
    expect(castCount(graph)).toBe(2);
    expect(bf16(graph)).toEqual(['a']);
    expect(castProof?.lowerBound).toBe(2);
  });

  it('goes round a value that is wide where a narrow one lies behind it', async () => {
    const { graph } = await place([
      x, node('a', 'Relu', ['x']), node('b', 'Tanh', ['x']), { name: 'both', op: 'AddN', inputs: ['a', 'b'], attrs: { ...T, N: 2 } }, node('y', 'Abs', ['both']),
    ], { ...listed('a', 'b'), ...pinned('y') });
    expect(describeGraph(graph)).toEqual(expect.arrayContaining(['a: Relu<b> <- x/to_bfloat16', 'both: AddN<b> <- a, b', 'y: Abs<f> <- both/to_float32']));
    expect(castCount(graph)).toBe(2);
  });

  it('returns light ops of the default list to FP32 where their Casts cost more than they are worth, and heavy ones never', async () => {
    const specs = [
      x, constant('w', 'float32', [2, 2], [1]), node('light', 'Tanh', ['x']), node('y', 'Exp', ['light']),
      node('heavy', 'MatMul', ['y', 'w'], { ...T, transpose_a: false, transpose_b: false }), node('z', 'Exp', ['heavy']),
    ];
    expect(bf16((await place(specs, { bf16_reward: 0.25 })).graph)).toEqual(['heavy']);
    expect(bf16((await place(specs, { bf16_reward: 3 })).graph)).toEqual(['heavy', 'light']);
  });

  it('breaks ties to fewer BF16 ops without a reward, to more with the smallest one', async () => {
    const specs = [x, node('a', 'Relu', ['x']), node('b', 'Tanh', ['a']), node('c', 'Neg', ['b']), node('y', 'Exp', ['c'])];
    expect(bf16((await place(specs, listed('a'))).graph)).toEqual(['a']);
    const most = await place(specs, { ...listed('a'), bf16_reward: 0.001 });
    expect(bf16(most.graph)).toEqual(['a', 'b', 'c']);
    expect(castCount(most.graph)).toBe(2);
  });

  it('keeps name and type of fetched outputs that join, return and stay', async () => {
    const specs = [
      x, constant('axis', 'int32', [], [0]), node('a', 'Relu', ['x']), node('s', 'Split', ['axis', 'a'], { ...T, num_split: 2 }),
      node('p', 'Neg', ['s']), node('q', 'Neg', ['s:1']), node('light', 'Tanh', ['x']),
    ];
    const { graph } = await place(specs, { bf16_ops: ['Relu', 're:p', 're:q'], bf16_reward: 5 });
    expect(graph.outputs.map(({ name }) => name)).toEqual(['p', 'q', 'light']);
    const returned = await place([x, node('light', 'Tanh', ['x']), node('other', 'Exp', ['light'])], { outputs: ['light', 'other'] });
    expect(returned.graph.nodes.get('light')!.name).toBe('light');
    expect(castCount(returned.graph)).toBe(0);
    const several = await place([x, constant('axis', 'int32', [], [0]), node('s', 'Split', ['axis', 'x'], { ...T, num_split: 2 })],
      { op_type_dict: { Split: 'auto' }, bf16_ops: ['Relu'], bf16_reward: 9 });
    expect(several.graph.outputs.map(({ name }) => name)).toEqual(['s', 's:1']);
  });

  it('re-encodes a constant for readers of both types, without Casts and once each', async () => {
    const { graph } = await place([
      x, constant('w', 'float32', [2, 2], [1]), node('a', 'Mul', ['x', 'w']), node('b', 'Mul', ['a', 'w']), node('c', 'Add', ['x', 'w']),
    ], { ...listed('a'), ...pinned('c'), bf16_reward: 2 });
    expect(bf16(graph)).toEqual(['a', 'b']);
    expect([...graph.nodes.values()].filter((n) => n.op === 'Const').map((n) => n.id)).toEqual(['w', 'w/bfloat16']);
    expect(castCount(graph)).toBe(2);
  });

  it('brings back an FP32 constant that phase 2 removed', async () => {
    const { graph } = await place([
      x, constant('w', 'float32', [2, 2], [3]), { name: 'read', op: 'Identity', inputs: ['w'], attrs: T }, node('a', 'Mul', ['x', 'read']), node('y', 'Exp', ['a']),
    ], {});
    expect(describeGraph(graph)).toEqual(['a: Mul<f> <- x, read', 'y: Exp<f> <- a', 'read: Identity<f> <- ']);
  });

  it('lets a Dequantize emit either type', async () => {
    const range = [constant('lo', 'float32', [], [-1]), constant('hi', 'float32', [], [1])];
    const dequantize = node('d', 'Dequantize', ['q', 'lo', 'hi'], { T: 'quint8', mode: string('MIN_COMBINED'), dtype: 'float32' });
    const { graph, castProof } = await place([placeholder('q', 'quint8', [2, 2]), ...range, dequantize, node('a', 'Relu', ['d']), node('y', 'Exp', ['a'])], listed('a'));
    expect(describeGraph(graph)[0]).toBe('d: Dequantize<b> <- q');
    expect([castCount(graph), castProof?.lowerBound]).toEqual([1, 1]);
  });

  it('counts the Casts the model came with as its own and shares them', async () => {
    const { graph, castProof } = await place([
      placeholder('b', 'bfloat16', [2]), cast('up', 'b', 'bfloat16', 'float32'), node('a', 'Relu', ['up']), node('y', 'Exp', ['up']), node('z', 'Exp', ['a']),
    ], listed('a'));
    expect(describeGraph(graph)).toEqual(expect.arrayContaining(['a: Relu<b> <- b', 'y: Exp<f> <- up']));
    expect([castCount(graph), castProof?.lowerBound]).toEqual([2, 1]);
  });

  it('folds the Cast of a model whose value is BF16 already', async () => {
    const { graph } = await place([x, node('a', 'Relu', ['x']), cast('down', 'a', 'float32', 'bfloat16'), node('y', 'Neg', ['down'], B)], listed('a'));
    expect(describeGraph(graph)).toEqual(expect.arrayContaining(['y: Neg<b> <- a']));
  });

  it('leaves a Cast that truncates as it is', async () => {
    const truncating = { name: 'down', op: 'Cast', inputs: ['a'], attrs: { SrcT: 'float32', DstT: 'bfloat16', Truncate: true } };
    const { graph, castProof } = await place([x, node('a', 'Relu', ['x']), truncating, node('y', 'Neg', ['down'], B)], { bf16_ops: ['re:.*'] });
    expect(describeGraph(graph)).toContain('down: Cast<b> <- a/to_float32');
    expect(castProof?.lowerBound).toBe(2);
  });

  it('keeps the type of an inner value that the caller feeds', async () => {
    const { graph } = await place([x, node('a', 'Relu', ['x']), node('b', 'Tanh', ['a']), node('y', 'Exp', ['b'])], { bf16_ops: ['re:.*'], inputs: ['a'] });
    expect(describeGraph(graph)).toContain('a: Relu<f> <- x');
  });

  it('casts other types straight to BF16, which kernels do through FP32', async () => {
    const specs = [placeholder('i', 'int32', [2]), cast('c', 'i', 'int32', 'float32'), node('a', 'Relu', ['c']), node('y', 'Exp', ['a'])];
    const { graph } = await place(specs, listed('a'));
    expect(describeGraph(graph)).toEqual(expect.arrayContaining(['c: Cast<b> <- i', 'a: Relu<b> <- c']));
    expect(castCount(graph)).toBe(1);
  });

  it('moves the fewest bytes when asked, even with more Casts', async () => {
    const axes = constant('axes', 'int32', [1], [1]);
    const big = placeholder('big', 'float32', [4, 1000]);
    const reduce = (name: string): NodeSpec => node(name, 'Mean', ['a', 'axes'], { ...T, Tidx: 'int32', keep_dims: name === 'n' });
    const specs = [big, axes, node('a', 'Relu', ['big']), reduce('m'), reduce('n'), node('y', 'Exp', ['m']), node('z', 'Exp', ['n'])];
    expect(castCount((await place(specs, listed('a'))).graph)).toBe(2);
    const bytes = await place(specs, { ...listed('a'), cast_cost: 'bytes' });
    expect(bf16(bytes.graph)).toEqual(['a', 'm', 'n']);
    expect([castCount(bytes.graph), bytes.castProof?.lowerBound]).toEqual([3, 2]);
  });

  it('names for every Cast the two ops that force it', async () => {
    const { graph, castProof } = await place([
      x, node('a', 'Relu', ['x']), node('b', 'Neg', ['a']), node('y', 'Exp', ['b']), node('fetched', 'Abs', ['y']),
    ], { ...listed('a', 'fetched'), ...pinned('y') });
    const casts = [...graph.nodes.values()].filter((n) => n.op === 'Cast');
    const causes = casts.map((n) => castProof!.causes.get(n.id));
    expect(causes).toEqual(expect.arrayContaining([
      { bf16: { node: 'a' }, fp32: { node: 'x' } }, { bf16: { node: 'a' }, fp32: { node: 'y' } },
      { bf16: { node: 'fetched' }, fp32: { node: 'y' } }, { bf16: { node: 'fetched' }, fp32: { output: 'fetched' } },
    ]));
    expect(causes).toHaveLength(4);
  });

  it('reports the bound beside any placement', async () => {
    const specs = [x, node('a', 'Relu', ['x']), node('b', 'Exp', ['a']), node('c', 'Relu', ['b'])];
    for (const cast_placement of ['depth_first', 'none', 'min_cut']) {
      const { graph, castProof } = await place(specs, { ...listed('a', 'c'), ...pinned('b'), cast_placement });
      expect([castCount(graph), castProof?.lowerBound]).toEqual([4, 4]);
    }
  });

  it('stops when cancelled, before it builds, solves or rewrites', async () => {
    const { snapshots } = await runAllPhases(buildGraph([x, node('a', 'Relu', ['x']), node('y', 'Exp', ['a'])]), { use_bf16: true });
    const [, quantized, converted] = snapshots.map(({ graph }) => graph) as [Graph, Graph, Graph];
    const request = { graph: converted, unconverted: quantized, plan: snapshots[1]!.plan!, config: DEFAULT_CONFIG, dialect };
    for (let checks = 0; checks < 4; checks++) {
      let left = checks;
      const throwIfCancelled = (): void => {
        if (left-- === 0) throw new CancelledError();
      };
      expect(() => optimize(request, { report: () => {}, throwIfCancelled })).toThrow(CancelledError);
    }
  });
});
