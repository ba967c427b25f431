import { expect, it } from 'vitest';
import { parseConfig } from '../../../src/engine/config/parse';
import { resolvePlan } from '../../../src/engine/config/plan';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { buildPlanView } from '../../../src/engine/report/planView';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';

const T = { T: 'float32' };
const unary = (name: string, op: string, input: string): NodeSpec => ({ name, op, inputs: [input], attrs: T });

it('counts each op in the first sensitive pattern it is part of, constants left out', () => {
  const graph = buildGraph([
    placeholder('x', 'float32', [2]), constant('c', 'float32', [2], [1]), constant('axis', 'int32', [], [0]),
    unary('s', 'Softmax', 'x'), unary('e', 'Exp', 's'), { name: 'sum', op: 'Sum', inputs: ['e', 'axis'], attrs: { ...T, Tidx: 'int32' } },
    unary('l', 'Log', 'x'), unary('r', 'Relu', 'l'),
  ]);
  const { config } = parseConfig('{"sensitive_ops": {"softmax": "auto"}}', 'c.json');
  const { sensitiveOps } = buildPlanView(graph, config, resolvePlan(graph, config, { dialect, canCalibrate: false }), dialect);
  expect(sensitiveOps.map(({ name, count }) => [name, count])).toEqual([
    ['softmax', 3], ['normalization', 0], ['losses', 0], ['powers_and_logarithms', 1],
  ]);
  expect(sensitiveOps.every(({ reason }) => reason.endsWith('.'))).toBe(true);
});
