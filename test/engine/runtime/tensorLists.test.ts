import { describe, expect, it } from 'vitest';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { runGraph } from '../../../src/engine/runtime/executor';
import { widened } from '../../../src/engine/runtime/halfPrecision';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { runPhases } from '../../support/phases';
import { f32, runNodes, testKernels } from './run';

const i32 = (name: string, ...values: number[]): NodeSpec => constant(name, 'int32', [values.length], values);
const scalar = (name: string, value: number): NodeSpec => constant(name, 'int32', [], [value]);
const values = (tensor: Tensor): number[] => Array.from(widened(tensor).data as Float32Array);
const X = f32([3, 2], 1, 2, 3, 4, 5, 6);

describe.each(['float32', 'bfloat16'] as const)('lists of %s', (type) => {
  const elements = { element_dtype: type, shape_type: 'int32' };
  const node = (name: string, op: string, inputs: readonly string[]): NodeSpec => ({ name, op, inputs, attrs: elements });
  const base = [
    placeholder('fed', 'float32', [3, 2]), { name: 'x', op: 'Cast', inputs: ['fed'], attrs: { SrcT: 'float32', DstT: type } }, i32('shape', 2), scalar('four', 4),
  ];
  const run = async (nodes: readonly NodeSpec[], ...fetches: string[]): Promise<Tensor[]> => runNodes([...base, ...nodes], fetches, { fed: X });
  const stack = (list: string): NodeSpec => node('stacked', 'TensorListStack', [list, 'shape']);

  it('scatter, leave zeros where nothing was written, and write over', async () => {
    const [first, second] = await run([
      i32('indices', 2, 0, 1), i32('one', 3), node('scattered', 'TensorListScatterV2', ['x', 'indices', 'shape', 'four']),
      { name: 'row', op: 'Slice', inputs: ['x', 'begin', 'size'], attrs: { T: type, Index: 'int32' } }, i32('begin', 2, 0), i32('size', 1, 2),
      node('into', 'TensorListScatterIntoExistingList', ['scattered', 'row', 'one']),
      stack('scattered'), node('again', 'TensorListStack', ['into', 'shape']),
    ], 'stacked', 'again');
    expect([first!.dtype, first!.shape]).toEqual([type, [4, 2]]);
    expect(values(first!)).toEqual([3, 4, 5, 6, 1, 2, 0, 0]);
    expect(values(second!)).toEqual([3, 4, 5, 6, 1, 2, 5, 6]);
  });

  it('split and join', async () => {
    const nodes = [
      constant('lengths', 'int64', [2], [1, 2]), i32('any', -1, 2), constant('none', 'int64', [0], []),
      node('split', 'TensorListSplit', ['x', 'any', 'lengths']), node('joined', 'TensorListConcatV2', ['split', 'any', 'none']),
    ];
    const [joined, lengths] = await run(nodes, 'joined', 'joined:1');
    expect([joined!.dtype, joined!.shape, values(joined!)]).toEqual([type, [3, 2], [1, 2, 3, 4, 5, 6]]);
    expect([...(lengths!.data as BigInt64Array)]).toEqual([1n, 2n]);
  });

  it('grow, shrink and follow one another', async () => {
    const nodes = [
      node('list', 'TensorListFromTensor', ['x', 'shape']), scalar('two', 2),
      node('short', 'TensorListResize', ['list', 'two']), node('long', 'TensorListResize', ['short', 'four']),
      node('both', 'TensorListConcatLists', ['short', 'long']), stack('both'),
    ];
    const [stacked] = await run(nodes, 'stacked');
    expect(values(stacked!)).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 0, 0, 0, 0]);
  });
});

describe('a converted loop that reads one list and writes another', () => {
  const T = { T: 'float32' };
  const L = { T: 'variant' };
  const E = { element_dtype: 'float32', shape_type: 'int32' };
  const step = (name: string, op: string, inputs: readonly string[], attrs: NodeSpec['attrs'] = T): NodeSpec => ({ name, op, inputs, attrs });
  const variable = (name: string, initial: string, next: string, attrs: NodeSpec['attrs']): NodeSpec[] => [
    step(`${name}/enter`, 'Enter', [initial], { ...attrs, frame_name: 'f' }), step(`${name}/merge`, 'Merge', [`${name}/enter`, `${name}/next`], { ...attrs, N: 2 }),
    step(`${name}/switch`, 'Switch', [`${name}/merge`, 'cond'], attrs), step(`${name}/next`, 'NextIteration', [next], attrs),
    step(`${name}/exit`, 'Exit', [`${name}/switch`], attrs),
  ];
  const nodes = [
    placeholder('x', 'float32', [3, 2]), i32('shape', 2), scalar('zero', 0), scalar('four', 4), constant('start', 'float32', [2], [0.1, 0.2]),
    step('steps', 'TensorListFromTensor', ['x', 'shape'], E), step('results', 'TensorListReserve', ['shape', 'four'], E),
    ...variable('i', 'zero', 'plus', { T: 'int32' }), ...variable('h', 'start', 'sum', T), ...variable('r', 'results', 'write', L),
    step('in', 'Enter', ['steps'], { ...L, frame_name: 'f', is_constant: true }),
    { ...scalar('limit', 3), inputs: ['^i/merge'] }, step('less', 'Less', ['i/merge', 'limit'], { T: 'int32' }), step('cond', 'LoopCond', ['less'], {}),
    { ...scalar('one', 1), inputs: ['^i/switch'] }, step('plus', 'AddV2', ['i/switch:1', 'one'], { T: 'int32' }),
    { ...i32('item', 2), inputs: ['^i/switch'] }, step('get', 'TensorListGetItem', ['in', 'i/switch:1', 'item'], E),
    { ...constant('half', 'float32', [], [0.3]), inputs: ['^i/switch'] }, step('scaled', 'Mul', ['h/switch:1', 'half']), step('sum', 'AddV2', ['scaled', 'get']),
    step('write', 'TensorListSetItem', ['r/switch:1', 'i/switch:1', 'sum'], E), step('all', 'TensorListStack', ['r/exit', 'shape'], E),
  ];

  it.each([{ bf16_ops: ['re:.*'] }, { bf16_reward: 2 }, { cast_placement: 'none' }])('computes what it did, but for rounding: %j', async (config) => {
    const original = buildGraph(nodes, { outputs: ['all'] });
    const { optimized } = await runPhases(original, { use_bf16: true, ...config });
    expect(dialect.typeGroups(optimized.nodes.get('sum')!)[0]!.dtype).toBe('bfloat16');
    const [wanted, found] = await Promise.all([original, optimized].map(async (graph) => {
      const [all] = await runGraph({ graph, dialect, feeds: new Map([['x:0', X]]), fetches: graph.outputs.map((output) => output.value), kernels: testKernels() });
      return values(all!);
    }));
    expect(found!.slice(-2)).toEqual([0, 0]);
    found!.forEach((value, index) => expect(Math.abs(value - wanted![index]!)).toBeLessThanOrEqual(0.01 * Math.abs(wanted![index]!)));
    expect(found).not.toEqual(wanted);
  });
});
