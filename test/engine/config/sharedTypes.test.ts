import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/engine/config/parse';
import { resolvePlan } from '../../../src/engine/config/plan';
import { refusalWarnings } from '../../../src/engine/config/refusals';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import type { Plan, PlannedNode } from '../../../src/engine/plan';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';

const ELEMENTS = { element_dtype: 'float32' };
const T = { T: 'float32' };

/** x -> rows (a list) -> first, all; `all` -> relu. `x` and the weights `w` enter a loop, in which `product` runs. */
const NET: readonly NodeSpec[] = [
  placeholder('x', 'float32', [2, 2]),
  constant('shape', 'int32', [1], [2]),
  constant('zero', 'int32', [], [0]),
  constant('w', 'float32', [2, 2], [1]),
  { name: 'rows', op: 'TensorListFromTensor', inputs: ['x', 'shape'], attrs: { ...ELEMENTS, shape_type: 'int32' } },
  { name: 'first', op: 'TensorListGetItem', inputs: ['rows', 'zero', 'shape'], attrs: ELEMENTS },
  { name: 'all', op: 'TensorListStack', inputs: ['rows', 'shape'], attrs: ELEMENTS },
  { name: 'relu', op: 'Relu', inputs: ['all'], attrs: T },
  { name: 'enter', op: 'Enter', inputs: ['w'], attrs: { ...T, frame_name: 'f', is_constant: true } },
  { name: 'state', op: 'Enter', inputs: ['x'], attrs: { ...T, frame_name: 'f', is_constant: true } },
  { name: 'product', op: 'MatMul', inputs: ['state', 'enter'], attrs: T },
];
const LIST = ['rows', 'first', 'all'];

function plan(config: object, { nodes = NET, canCalibrate = false } = {}): Plan {
  return resolvePlan(buildGraph(nodes), parseConfig(JSON.stringify({ use_bf16: true, ...config }), 'c.json').config, { dialect, canCalibrate });
}

const of = (result: Plan): PlannedNode[] => LIST.map((id) => result.nodes.get(id)!);

describe('the plan of nodes that share a type', () => {
  it('makes all BF16 where the user demands one, and says which', () => {
    const result = plan({ op_type_dict: { TensorListStack: 'bf16' } });
    expect(of(result).map(({ precision, bf16 }) => [precision, bf16])).toEqual(LIST.map(() => ['bf16', 'demanded']));
    expect(result.nodes.get('all')!.reason).toEqual({ text: 'op_type_dict says bf16 for TensorListStack.', configKey: 'op_type_dict.TensorListStack' });
    const why = 'It has the same type as all, which is BF16: op_type_dict says bf16 for TensorListStack.';
    expect(result.nodes.get('first')!.reason).toEqual({ text: why, configKey: 'op_type_dict.TensorListStack' });
    expect(refusalWarnings(result.refusals)).toEqual([]);
  });

  it('leaves all free where nobody asks for one', () => {
    expect(of(plan({})).map(({ precision, bf16 }) => [precision, bf16])).toEqual(LIST.map(() => ['fp32', 'free']));
  });

  it('denies all where the user denies one, and warns of each that was asked for', () => {
    const result = plan({ bf16_ops: ['re:rows|all|relu'], op_name_dict: { first: 'fp32' } });
    expect(of(result).map(({ precision, bf16 }) => [precision, bf16])).toEqual(LIST.map(() => ['fp32', 'denied']));
    const why = 'It has the same type as first, which is FP32: op_name_dict "first" says fp32.';
    expect(result.nodes.get('all')!.reason).toEqual({ text: `BF16 was asked for (bf16_ops), but: ${why}`, configKey: 'bf16_ops' });
    expect(result.nodes.get('first')!.reason.configKey).toBe('op_name_dict.first');
    expect(refusalWarnings(result.refusals)).toEqual([
      { node: 'rows', message: `TensorListFromTensor stays FP32 although BF16 was asked for: ${why}` },
      { node: 'all', message: `TensorListStack stays FP32 although BF16 was asked for: ${why}` },
    ]);
    expect(result.nodes.get('relu')).toMatchObject({ precision: 'bf16', bf16: 'demanded' });
  });

  it('denies all where their type is fixed', () => {
    const nodes = [...NET, { name: 'zeros', op: 'ZerosLike', inputs: ['rows'], attrs: { T: 'variant' } }];
    const result = plan({ bf16_ops: ['re:.*'] }, { nodes });
    const why = 'Its list of tensors is also used by zeros (ZerosLike), which relies on the type of the elements.';
    expect(of(result).map(({ bf16, reason }) => [bf16, reason.text])).toEqual(LIST.map(() => ['denied', `BF16 was asked for (bf16_ops), but: ${why}`]));
    expect(refusalWarnings(result.refusals)).toHaveLength(3);
  });

  it('warns of nothing while BF16 is off', () => {
    const result = plan({ use_bf16: false });
    expect(of(result).map(({ bf16 }) => bf16)).toEqual(LIST.map(() => 'denied'));
    expect(refusalWarnings(result.refusals)).toEqual([]);
  });
});

describe('the plan inside loops', () => {
  it('lets ops be INT8', () => {
    expect(plan({}, { canCalibrate: true }).nodes.get('product')).toMatchObject({ precision: 'int8', bf16: 'denied' });
  });

  it('lets ops be BF16 and not INT8 in the fused form, with the reason', () => {
    const result = plan({ quantization: { form: 'fused' } }, { canCalibrate: true });
    expect(result.nodes.get('product')).toMatchObject({ precision: 'bf16', bf16: 'demanded' });
    expect(result.nodes.get('product')!.reason.text).toContain('It runs inside a loop, where the fused form has no INT8 kernels.');
  });

  it('warns where INT8 was asked for', () => {
    const result = plan({ op_type_dict: { MatMul: 'int8' }, quantization: { form: 'fused' } }, { canCalibrate: true });
    expect(result.nodes.get('product')).toMatchObject({ precision: 'bf16', bf16: 'demanded' });
    expect(result.nodes.get('product')!.reason).toEqual({
      text: 'INT8 was asked for (op_type_dict.MatMul), but: It runs inside a loop, where the fused form has no INT8 kernels. So the defaults hold: MatMul is in the default list of BF16 ops.',
      configKey: 'op_type_dict.MatMul',
    });
    expect(refusalWarnings(result.refusals)).toEqual([
      { node: 'product', message: 'MatMul becomes BF16 although INT8 was asked for: It runs inside a loop, where the fused form has no INT8 kernels.' },
    ]);
  });
});
