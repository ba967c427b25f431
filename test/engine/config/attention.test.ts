import { describe, expect, it } from 'vitest';
import { attentionProducts } from '../../../src/engine/config/attention';
import { parseConfig } from '../../../src/engine/config/parse';
import { resolvePlan } from '../../../src/engine/config/plan';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';

const T = { T: 'float32' };
const node = (name: string, op: string, ...inputs: string[]): NodeSpec => ({ name, op, inputs, attrs: T });
const product = (name: string, ...inputs: string[]): NodeSpec => ({ name, op: 'BatchMatMulV2', inputs, attrs: { ...T, adj_x: false, adj_y: false } });

const ATTENTION = buildGraph([
  placeholder('x', 'float32', [1, 4, 4]), constant('w', 'float32', [4, 4], [0.5]), constant('scale', 'float32', [], [0.5]), constant('perm', 'int32', [3], [0, 2, 1]),
  product('q', 'x', 'w'), product('k', 'x', 'w'), product('v', 'x', 'w'),
  product('scores', 'q', 'k'), node('scaled', 'Mul', 'scores', 'scale'), node('masked', 'AddV2', 'scaled', 'x'), node('softmax', 'Softmax', 'masked'),
  { ...node('turned', 'Transpose', 'softmax', 'perm'), attrs: { ...T, Tperm: 'int32' } }, product('context', 'turned', 'v'), product('out', 'context', 'w'), product('gram', 'out', 'out'),
]);

describe('products of attention', () => {
  it('are those of two computed values next to softmax', () => {
    expect([...attentionProducts(ATTENTION, dialect)].sort()).toEqual(['context', 'scores']);
  });

  it('are found in a long graph without a stack', () => {
    const chain = Array.from({ length: 30_000 }, (_, index) => node(`n${index}`, 'Neg', index === 0 ? 'softmax' : `n${index - 1}`));
    const graph = buildGraph([placeholder('x', 'float32', [1, 4, 4]), node('softmax', 'Softmax', 'x'), ...chain, product('far', 'n29999', 'x')]);
    expect([...attentionProducts(graph, dialect)]).toEqual([]);
  });

  it('stay out of INT8 unless it is asked for', () => {
    const planned = (config: object) => {
      const { nodes } = resolvePlan(ATTENTION, parseConfig(JSON.stringify(config), 'c.json').config, { dialect, canCalibrate: true });
      return ['q', 'scores', 'context', 'gram'].map((id) => nodes.get(id)!.precision).join(' ');
    };
    expect(planned({})).toBe('int8 fp32 fp32 int8');
    expect(planned({ use_bf16: true })).toBe('int8 bf16 bf16 int8');
    expect(planned({ sensitive_ops: { softmax: 'auto' } })).toBe('int8 int8 int8 int8');
    expect(planned({ op_name_dict: { scores: 'int8' } })).toBe('int8 int8 fp32 int8');
    const { nodes } = resolvePlan(ATTENTION, parseConfig('{}', 'c.json').config, { dialect, canCalibrate: true });
    expect(nodes.get('scores')!.reason).toMatchObject({ configKey: 'sensitive_ops.softmax', text: expect.stringContaining('next to a softmax') as string });
  });
});
