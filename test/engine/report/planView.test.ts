import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseConfig } from '../../../src/engine/config/parse';
import { resolvePlan } from '../../../src/engine/config/plan';
import { pytorchDialect } from '../../../src/engine/formats/pytorch/dialect';
import { readExportedProgram } from '../../../src/engine/formats/pytorch/read';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { buildPlanView } from '../../../src/engine/report/planView';
import { memorySource } from '../../support/memoryFile';
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

it('has a row per class of modules where these are converted as wholes', async () => {
  const graph = await readExportedProgram(memorySource(readFileSync('test/fixtures/pytorch/digits.pt2'), 'digits.pt2'));
  const viewOf = (mode: string) => {
    const { config } = parseConfig(`{ "use_bf16": true, "pytorch": { "mode": "${mode}" }, "op_type_dict": { "Linear": "fp32" } }`, 'c.json');
    return buildPlanView(graph, config, resolvePlan(graph, config, { dialect: pytorchDialect, canCalibrate: false }), pytorchDialect);
  };
  const counts = (mode: string) => new Map(viewOf(mode).opTypes.map(({ op, count, planned, choice }) => [op, [count, planned.bf16, choice]]));
  expect(counts('eager').get('Conv2d')).toEqual([3, 3, 'auto']);
  expect(counts('eager').get('Linear')).toEqual([2, 0, 'fp32']);
  expect([...counts('eager').keys()].some((op) => op.startsWith('aten.'))).toBe(false);
  expect(counts('fx').get('aten.conv2d')).toEqual([3, 3, 'auto']);
  expect(viewOf('eager').pytorchMode).toBe('eager');
});
