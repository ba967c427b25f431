import { describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../../src/engine/errors';
import { tensorflowDialect } from '../../../src/engine/formats/tensorflow/dialect';
import type { ValueRef } from '../../../src/engine/graph/graph';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { missingOps, prepareGraph, runGraph } from '../../../src/engine/runtime/executor';
import { zeros } from '../../../src/engine/runtime/tensors';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { f32, i32, runNodes, testKernels } from './run';

const op = (name: string, type: string, ...inputs: string[]): NodeSpec => ({ name, op: type, inputs, attrs: { T: 'float32' } });
const value = (node: string, output = 0): ValueRef => ({ node, output });

describe('running a graph', () => {
  it('runs only what the fetches need', async () => {
    const nodes = [constant('a', 'float32', [], [2]), op('b', 'Neg', 'a'), op('unwanted', 'NoSuchOp', 'a')];
    expect(await runNodes(nodes, ['b'])).toEqual([f32([], -2)]);
  });

  it('is cut where an inner value is fed', async () => {
    const nodes = [placeholder('image', 'float32', [1]), op('features', 'NoSuchOp', 'image'), op('y', 'Neg', 'features')];
    expect(await runNodes(nodes, ['y', 'features'], { features: f32([1], 3) })).toEqual([f32([1], -3), f32([1], 3)]);
  });

  it('names the ops it does not have, before it runs anything', async () => {
    const nodes = [constant('a', 'float32', [], [1]), op('b', 'DecodePng', 'a'), op('c', 'DecodePng', 'b'), op('d', 'Fft', 'c')];
    const failure = runNodes(nodes, ['d']);
    await expect(failure).rejects.toThrow('these ops are missing: DecodePng (node "b"), Fft (node "d")');
    await expect(failure).rejects.toMatchObject({ place: { hint: expect.stringMatching(/--runtime python.*mixedPrecision\.runtime.*calibration\.ranges/) as string } });
    const graph = buildGraph(nodes);
    expect([...missingOps(graph, tensorflowDialect, [value('d')], [])]).toEqual([['DecodePng', 'b'], ['Fft', 'd']]);
    expect(missingOps(graph, tensorflowDialect, [value('a')], []).size).toBe(0);
  });

  it('names the node at fault', async () => {
    const nodes = [constant('a', 'float32', [2], [1]), constant('b', 'float32', [3], [1]), op('sum', 'AddV2', 'a', 'b')];
    await expect(runNodes(nodes, ['sum'])).rejects.toMatchObject({ name: 'UserError', place: { node: 'sum' } });
    await expect(runNodes([placeholder('x', 'float32', [1])], ['x'])).rejects.toMatchObject({ message: 'A value must be fed to this input', place: { node: 'x' } });
  });

  it('shows every value once, and constants computed once per preparation', async () => {
    const graph = buildGraph([placeholder('x', 'float32', [1]), constant('c', 'float32', [1], [4]), op('root', 'Sqrt', 'c'), op('y', 'Mul', 'x', 'root')]);
    const prepared = prepareGraph({ graph, dialect: tensorflowDialect, fetches: [], observed: [value('y')], feeds: ['x:0'], kernels: testKernels() });
    for (const x of [1, 5]) {
      const seen: [string, number][] = [];
      const observe = ({ node }: ValueRef, tensor: Tensor) => void seen.push([node, Number(tensor.data[0])]);
      expect(await prepared.run({ feeds: new Map([['x:0', f32([1], x)]]), observe })).toEqual([]);
      expect(seen).toEqual([['x', x], ['c', 4], ['root', 2], ['y', 2 * x]]);
    }
  });

  it('leaves what is fed as it is, for other runs', async () => {
    const x = zeros('float32', [2 ** 15]);
    (x.data as Float32Array).fill(3);
    const graph = buildGraph([placeholder('x', 'float32', [2 ** 15]), op('a', 'Square', 'x'), op('b', 'Square', 'a'), op('c', 'Square', 'b')]);
    const request = { graph, dialect: tensorflowDialect, fetches: [value('c')], feeds: new Map([['x:0', x]]), kernels: testKernels() };
    for (let run = 0; run < 3; run++) expect(new Set((await runGraph(request))[0]!.data as Float32Array)).toEqual(new Set([6561]));
    expect(new Set(x.data as Float32Array)).toEqual(new Set([3]));
  });

  it('stops between two nodes', async () => {
    let checks = 0;
    const progress = { report: () => {}, throwIfCancelled: () => { if (++checks === 3) throw new CancelledError(); } };
    const graph = buildGraph([constant('a', 'float32', [], [1]), op('b', 'Neg', 'a'), op('c', 'Neg', 'b'), op('d', 'Neg', 'c')]);
    const run = runGraph({ graph, dialect: tensorflowDialect, feeds: new Map(), fetches: [value('d')], kernels: testKernels(), progress });
    await expect(run).rejects.toThrow(CancelledError);
  });

  it('runs a chain of 100,000 nodes', async () => {
    const nodes = [constant('n0', 'float32', [], [1])];
    for (let i = 1; i <= 100_000; i++) nodes.push(op(`n${i}`, 'Neg', `n${i - 1}`));
    expect(await runNodes(nodes, ['n100000'])).toEqual([f32([], 1)]);
  });

  it('never reuses storage that a fetched value or an alias still shows', async () => {
    const size = 1 << 16;
    const flat = { name: 'flat', op: 'Reshape', inputs: ['b', 'shape'], attrs: { T: 'float32', Tshape: 'int32' } } as const;
    const nodes = [
      placeholder('x', 'float32', [size]), op('b', 'Neg', 'x'), constant('shape', 'int32', [1], [-1]), flat,
      op('c', 'Square', 'b'), op('d', 'Neg', 'c'), op('e', 'Neg', 'd'), op('f', 'Exp', 'e'), op('y', 'AddV2', 'flat', 'f'),
    ];
    const x: Tensor = { dtype: 'float32', shape: [size], data: new Float32Array(size).fill(2) };
    const [c, y, flatOut] = await runNodes(nodes, ['c', 'y', 'flat'], { x });
    expect([c, y, flatOut].map((tensor) => new Set(tensor!.data as Float32Array))).toEqual([new Set([4]), new Set([Math.fround(-2 + Math.fround(Math.exp(4)))]), new Set([-2])]);
    expect(new Set(x.data as Float32Array)).toEqual(new Set([2]));
  });
});

describe('conditionals', () => {
  const nodes: NodeSpec[] = [
    placeholder('p', 'bool', []), constant('x', 'float32', [], [3]),
    { name: 'switch', op: 'Switch', inputs: ['x', 'p'], attrs: { T: 'float32' } },
    { name: 'pivot', op: 'Switch', inputs: ['p', 'p'], attrs: { T: 'bool' } },
    { name: 'ifTrue', op: 'Identity', inputs: ['pivot:1'], attrs: { T: 'bool' } },
    op('negative', 'Neg', 'switch:0'),
    { ...constant('seven', 'float32', [], [7]), inputs: ['^ifTrue'] },
    { name: 'merge', op: 'Merge', inputs: ['negative', 'seven'], attrs: { T: 'float32', N: 2 } },
  ];
  const bool = (on: boolean): Tensor => ({ dtype: 'bool', shape: [], data: Uint8Array.of(on ? 1 : 0) });

  it('takes one branch, also where only a control edge ties a node to it', async () => {
    expect(await runNodes(nodes, ['merge', 'merge:1'], { p: bool(true) })).toEqual([f32([], 7), i32([], 1)]);
    expect(await runNodes(nodes, ['merge', 'merge:1'], { p: bool(false) })).toEqual([f32([], -3), i32([], 0)]);
  });

  it('says when the fetched value is in the other branch', async () => {
    await expect(runNodes(nodes, ['negative'], { p: bool(true) })).rejects.toThrow(/branch that was not taken/);
  });
});

/** `while (variable < limit) variable = step(variable)`, the way tf.while_loop writes it. */
function whileLoop(frame: string, initial: string, limit: string, body: (variable: string) => NodeSpec[], next: string): NodeSpec[] {
  const enter = (name: string, input: string, is_constant: boolean): NodeSpec => (
    { name: `${frame}/${name}`, op: 'Enter', inputs: [input], attrs: { T: 'float32', frame_name: frame, is_constant } }
  );
  return [
    enter('enter', initial, false), enter('limit', limit, true),
    { name: `${frame}/merge`, op: 'Merge', inputs: [`${frame}/enter`, `${frame}/next`], attrs: { T: 'float32', N: 2 } },
    op(`${frame}/less`, 'Less', `${frame}/merge`, `${frame}/limit`),
    { name: `${frame}/cond`, op: 'LoopCond', inputs: [`${frame}/less`] },
    { name: `${frame}/switch`, op: 'Switch', inputs: [`${frame}/merge`, `${frame}/cond`], attrs: { T: 'float32' } },
    { name: `${frame}/alive`, op: 'Identity', inputs: [`${frame}/switch:1`], attrs: { T: 'float32' } },
    ...body(`${frame}/alive`),
    { name: `${frame}/next`, op: 'NextIteration', inputs: [next], attrs: { T: 'float32' } },
    { name: `${frame}/exit`, op: 'Exit', inputs: [`${frame}/switch`], attrs: { T: 'float32' } },
  ];
}

describe('while loops', () => {
  const doubling = whileLoop('outer', 'x', 'limit', (variable) => [
    { ...constant('two', 'float32', [], [2]), inputs: [`^${variable}`] },
    op('doubled', 'Mul', variable, 'two'),
  ], 'doubled');
  const nodes = [placeholder('x', 'float32', []), constant('limit', 'float32', [], [100]), ...doubling, op('y', 'Neg', 'outer/exit')];

  it('runs until the condition fails, also if at once', async () => {
    expect(await runNodes(nodes, ['y'], { x: f32([], 3) })).toEqual([f32([], -192)]);
    expect(await runNodes(nodes, ['y'], { x: f32([], 500) })).toEqual([f32([], -500)]);
  });

  it('runs a loop inside a loop', async () => {
    // Outer: x < 100. Inner: from x, add 10 until 30; the body then doubles.
    const nested = whileLoop('outer', 'x', 'limit', (variable) => [
      { name: 'innerLimit', op: 'Enter', inputs: ['thirty'], attrs: { T: 'float32', frame_name: 'outer', is_constant: true } },
      { name: 'tenIn', op: 'Enter', inputs: ['ten'], attrs: { T: 'float32', frame_name: 'outer', is_constant: true } },
      ...whileLoop('inner', variable, 'innerLimit', (inner) => [
        { name: 'tenInner', op: 'Enter', inputs: ['tenIn'], attrs: { T: 'float32', frame_name: 'inner', is_constant: true } },
        op('added', 'AddV2', inner, 'tenInner'),
      ], 'added'),
      op('doubled', 'AddV2', 'inner/exit', 'inner/exit'),
    ], 'doubled');
    const all = [placeholder('x', 'float32', []), constant('limit', 'float32', [], [100]), constant('thirty', 'float32', [], [30]), constant('ten', 'float32', [], [10]), ...nested];
    expect(await runNodes(all, ['outer/exit'], { x: f32([], 5) })).toEqual([f32([], 140)]);
  });

  it('shows values inside once per iteration, and what leaves the loop once', async () => {
    const seen: [string, number][] = [];
    const graph = buildGraph(nodes);
    const observe = ({ node }: ValueRef, tensor: Tensor) => { if (node === 'doubled' || node === 'outer/exit') seen.push([node, Number(tensor.data[0])]); };
    await runGraph({ graph, dialect: tensorflowDialect, feeds: new Map([['x:0', f32([], 20)]]), fetches: [value('y')], kernels: testKernels(), observe });
    expect(seen).toEqual([['doubled', 40], ['doubled', 80], ['doubled', 160], ['outer/exit', 160]]);
  });

  it('refuses to fetch a value that has one result per iteration', async () => {
    await expect(runNodes(nodes, ['doubled'], { x: f32([], 1) })).rejects.toThrow(UserError);
    await expect(runNodes(nodes, ['doubled'], { x: f32([], 1) })).rejects.toThrow(/inside a while loop/);
  });
});
