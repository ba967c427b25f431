// The precisions Neural Compressor's own tuning space starts with, for configs of ours that were exported: what our plan says.
import { beforeAll, describe, expect, it } from 'vitest';
import { exportOps } from '../../src/engine/config/neuralCompressor/exportOps';
import { resolvePlan } from '../../src/engine/config/plan';
import { tensorflowDialect as dialect } from '../../src/engine/formats/tensorflow/dialect';
import { buildGraph, constant, placeholder } from '../support/graphBuilder';
import { readConfig } from '../support/tuningConfigs';
import { askNeuralCompressor, type IncOps } from './neuralCompressor';

const T = { T: 'float32' };

/** The ops of inc_start.py's capability of which both say the same without a config (conv, fc) or are asked below (head). */
const NET = buildGraph([
  placeholder('x', 'float32', [-1, 4, 4, 2]),
  placeholder('y', 'float32', [-1, 2]),
  constant('w', 'float32', [1, 1, 2, 2], [1]),
  constant('v', 'float32', [2, 2], [1]),
  { name: 'conv', op: 'Conv2D', inputs: ['x', 'w'], attrs: { ...T, strides: [1, 1, 1, 1], padding: 'SAME' } },
  { name: 'fc', op: 'MatMul', inputs: ['y', 'v'], attrs: { ...T, transpose_a: false, transpose_b: false } },
  { name: 'head/softmax', op: 'Softmax', inputs: ['fc'], attrs: T },
  { name: 'head/relu', op: 'Relu', inputs: ['head/softmax'], attrs: T },
]);

type Precisions = Readonly<Record<string, 'int8' | 'bf16' | 'fp32'>>;

/** [what it is about, config, precisions of the nodes it is about]. */
const SAME: readonly [string, object, Precisions][] = [
  ['nothing asked', {}, { conv: 'int8', fc: 'int8' }],
  ['a precision for a type', { op_type_dict: { Conv2D: 'fp32', Softmax: 'bf16' } }, { 'conv': 'fp32', 'fc': 'int8', 'head/softmax': 'bf16' }],
  ['BF16 for a type that could be INT8', { op_type_dict: { MatMul: 'bf16', BatchMatMul: 'bf16', BatchMatMulV2: 'bf16' } }, { conv: 'int8', fc: 'bf16' }],
  ['names after types', { op_type_dict: { Conv2D: 'fp32' }, op_name_dict: { conv: 'bf16' } }, { conv: 'bf16', fc: 'int8' }],
  ['INT8 back by name', { op_type_dict: { Conv2D: 'fp32' }, op_name_dict: { conv: 'int8' } }, { conv: 'int8' }],
  ['the last name that matches', { op_name_dict: { 'conv': 'fp32', '.*': 'bf16' } }, { 'conv': 'bf16', 'fc': 'bf16', 'head/softmax': 'bf16', 'head/relu': 'bf16' }],
  ['in the other order', { op_name_dict: { '.*': 'bf16', 'conv': 'fp32', 'fc': 'int8' } }, { 'conv': 'fp32', 'fc': 'int8', 'head/softmax': 'bf16', 'head/relu': 'bf16' }],
  ['whole names', { op_name_dict: { 'con': 'fp32', 'ead/.*': 'fp32', 'f': 'bf16' } }, { conv: 'int8', fc: 'int8' }],
  ['patterns', { op_name_dict: { 'head/(softmax|relu)': 'fp32', '[cf].*': 'bf16' } }, { 'conv': 'bf16', 'fc': 'bf16', 'head/softmax': 'fp32', 'head/relu': 'fp32' }],
  ['the lowest of a list', { op_type_dict: { Softmax: ['bf16', 'fp32'], Conv2D: ['bf16', 'fp32'] } }, { 'conv': 'bf16', 'head/softmax': 'bf16' }],
  ['the lowest of a list in any order', { op_name_dict: { '.*': ['fp32', 'bf16'] } }, { 'conv': 'bf16', 'fc': 'bf16', 'head/softmax': 'bf16', 'head/relu': 'bf16' }],
  ['INT8 where there is none', { op_name_dict: { 'head/.*': 'int8' } }, { conv: 'int8', fc: 'int8' }],
];

/** INT8 in a list with others: here and in version 2.0 it counts, from 2.1 on it does not. */
const MIXED: readonly [string, object, Precisions, Precisions][] = [
  ['INT8 or FP32', { op_type_dict: { Conv2D: ['int8', 'fp32'] } }, { conv: 'int8', fc: 'int8' }, { conv: 'fp32', fc: 'int8' }],
  ['INT8 or BF16 by name', { op_name_dict: { 'conv|fc': ['int8', 'bf16'] } }, { conv: 'int8', fc: 'int8' }, { conv: 'bf16', fc: 'bf16' }],
];

const STATIC = { static: 'int8', bf16: 'bf16', fp32: 'fp32' } as const;

function start(version: '2.0' | '2.6', dicts: readonly { op_types: IncOps; op_names: IncOps }[]): Precisions[] {
  return askNeuralCompressor(version, 'start', dicts).map((modes) => Object.fromEntries(Object.entries(modes).map(([name, mode]) => [name, STATIC[mode]])));
}

function exported(config: object): { op_types: IncOps; op_names: IncOps } {
  const { byType, byName } = exportOps(readConfig(config));
  const ops = (dtypes: ReadonlyMap<string, readonly string[]>): IncOps => Object.fromEntries([...dtypes].map(([name, dtype]) => [name, { activation: { dtype } }]));
  return { op_types: ops(byType), op_names: ops(byName) };
}

function planned(config: object): Precisions {
  const { nodes } = resolvePlan(NET, readConfig({ use_bf16: true, ...config }), { dialect, canCalibrate: true });
  return Object.fromEntries([...nodes].map(([name, { precision }]) => [name, precision])) as Precisions;
}

describe.each(['2.0', '2.6'] as const)('Neural Compressor %s starts as our plan says', (version) => {
  let starts: Precisions[] = [];
  let mixed: Precisions[] = [];
  beforeAll(() => {
    starts = start(version, SAME.map(([, config]) => exported(config)));
    mixed = start(version, MIXED.map(([, config]) => exported(config)));
  });

  it.each(SAME.map(([title, config, expected], index) => [title, config, expected, index] as const))('%s', (_title, config, expected, index) => {
    expect(starts[index]).toMatchObject(expected);
    expect(planned(config)).toMatchObject(expected);
  });

  it.each(MIXED.map(([title, config, here, later], index) => [title, config, here, later, index] as const))('%s, which 2.1 changed', (_title, config, here, later, index) => {
    expect(planned(config)).toMatchObject(here);
    expect(mixed[index]).toMatchObject(version === '2.0' ? here : later);
  });

  it('because only activations get dtypes: those of a weight bring INT8 back to an op that has none', () => {
    const fp32 = { dtype: ['fp32'] };
    const [both, one] = start(version, [{ activation: fp32, weight: fp32 }, { activation: fp32 }].map((options) => ({ op_types: { pooling: options, conv2d: options }, op_names: {} })));
    expect(one).toMatchObject({ conv: 'fp32', pool: 'fp32' });
    expect(both).toMatchObject({ conv: 'fp32', pool: version === '2.0' ? 'fp32' : 'int8' });
  });
});
