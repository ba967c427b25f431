import type { OnnxFunctionSpec, OnnxGraphSpec, OnnxNodeSpec, ValueSpec } from './onnxBuilder';

const square: ValueSpec = ['float32', [2, 2]];
const flag: ValueSpec = ['bool', []];
const count: ValueSpec = ['int64', []];
const numbers = (...float: number[]): { shape: readonly number[]; float: readonly number[] } => ({ shape: [2, 2], float });
const WEIGHTS = { w: numbers(0.6, -0.8, 0.3, 0.9), v: numbers(-0.5, 0.7, 0.2, 0.4) };

/** A branch that multiplies what is made outside; both branches use the same names. */
const branch = (weight: string, last: string): { graph: OnnxGraphSpec } => ({
  graph: {
    initializers: { own: numbers(0.1, 0.2, -0.3, 0.4) }, outputs: { result: square },
    nodes: [
      { op: 'MatMul', inputs: ['outer', weight], outputs: ['multiplied'], name: 'multiply' },
      { op: 'Add', inputs: ['multiplied', 'own'], outputs: ['sum'] },
      { op: last, inputs: ['sum'], outputs: ['result'] },
    ],
  },
});

const conditional = (condition: string, output: string): OnnxNodeSpec =>
  ({ op: 'If', inputs: [condition], outputs: [output], name: 'choose', attributes: { then_branch: branch('w', 'Relu'), else_branch: branch('v', 'Tanh') } });

const step: readonly OnnxNodeSpec[] = [
  { op: 'MatMul', inputs: ['state', 'w'], outputs: ['product'], name: 'step' },
  { op: 'Relu', inputs: ['product'], outputs: ['positive'] },
  { op: 'Add', inputs: ['positive', 'outer'], outputs: ['next'] },
];
const first: OnnxNodeSpec = { op: 'MatMul', inputs: ['x', 'v'], outputs: ['outer'], name: 'first' };
const io = { inputs: { x: square, condition: flag }, outputs: { y: square } };

const loopBody = (nodes: readonly OnnxNodeSpec[], next: string): { graph: OnnxGraphSpec } => ({
  graph: {
    inputs: { trip: count, going: flag, state: square }, outputs: { on: flag, [next]: square, seen: square },
    nodes: [{ op: 'Identity', inputs: ['going'], outputs: ['on'] }, ...nodes, { op: 'Identity', inputs: [next], outputs: ['seen'] }],
  },
});

const loop = (body: { graph: OnnxGraphSpec }): OnnxGraphSpec => ({
  ...io, initializers: { ...WEIGHTS, trips: { shape: [], int: [3] } }, outputs: { y: square, all: ['float32', [-1, 2, 2]] },
  nodes: [first, { op: 'Loop', inputs: ['trips', 'condition', 'x'], outputs: ['y', 'all'], name: 'repeat', attributes: { body } }],
});

/** Models whose multiplications are in graphs of nodes; all have the inputs `x`, FP32[2, 2], and `condition`. */
export const WITH_BODIES: Readonly<Record<'If' | 'Loop' | 'Scan' | 'If in Loop', OnnxGraphSpec>> = {
  If: { ...io, initializers: WEIGHTS, nodes: [first, conditional('condition', 'y')] },
  Loop: loop(loopBody(step, 'next')),
  'If in Loop': loop(loopBody([...step, conditional('going', 'chosen')], 'chosen')),
  Scan: {
    ...io, initializers: WEIGHTS, outputs: { y: square, rows: ['float32', [2, 2]], c: flag },
    nodes: [
      first, { op: 'Identity', inputs: ['condition'], outputs: ['c'] },
      {
        op: 'Scan', inputs: ['x', 'x'], outputs: ['y', 'rows'], name: 'scan',
        attributes: {
          num_scan_inputs: 1,
          body: {
            graph: {
              inputs: { state: square, row: ['float32', [2]] }, outputs: { next: square, made: ['float32', [2]] },
              nodes: [...step, { op: 'MatMul', inputs: ['row', 'next'], outputs: ['made'] }],
            },
          },
        },
      },
    ],
  },
};

/** A function that calls another one with an attribute of its own call; both use the same names. */
const FUNCTIONS: readonly OnnxFunctionSpec[] = [
  {
    name: 'Block', inputs: ['a', 'weight', 'bias'], outputs: ['c'], attributes: { slope: { float: 0.25 } },
    nodes: [
      { op: 'Gemm', inputs: ['a', 'weight', 'bias'], outputs: ['b'], name: 'multiply' },
      { op: 'Activation', domain: 'own', inputs: ['b'], outputs: ['c'], name: 'activate', attributes: { slope: { reference: 'slope' } } },
    ],
  },
  {
    name: 'Activation', inputs: ['a'], outputs: ['b'],
    nodes: [{ op: 'LeakyRelu', inputs: ['a'], outputs: ['c'], attributes: { alpha: { reference: 'slope' } } }, { op: 'Abs', inputs: ['c'], outputs: ['b'] }],
  },
];

const WITH_CALLS_GRAPH: OnnxGraphSpec = {
  ...io, initializers: WEIGHTS, outputs: { y: square, c: flag },
  nodes: [
    { op: 'Block', domain: 'own', inputs: ['x', 'w', 'v'], outputs: ['h'], name: 'one', attributes: { slope: { float: 0.5 } } },
    { op: 'Block', domain: 'own', inputs: ['h', 'v'], outputs: ['y'], name: 'two' },
    { op: 'Identity', inputs: ['condition'], outputs: ['c'] },
  ],
};

/** A model that is calls of its own functions; inputs as above. */
export const withCalls = (build: (graph: OnnxGraphSpec, model: { domains: Record<string, number>; functions: readonly OnnxFunctionSpec[] }) => Uint8Array): Uint8Array =>
  build(WITH_CALLS_GRAPH, { domains: { own: 1 }, functions: FUNCTIONS });
