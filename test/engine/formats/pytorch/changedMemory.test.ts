import { describe, expect, it } from 'vitest';
import { pytorchDialect } from '../../../../src/engine/formats/pytorch/dialect';
import { nodesInChangedMemory } from '../../../../src/engine/formats/pytorch/sharedMemory';
import type { Attribute } from '../../../../src/engine/graph/attribute';
import type { Node, ValueRef } from '../../../../src/engine/graph/graph';

const read = (name: string): ValueRef => ({ node: name, output: 0 });
const input = (index: number): Attribute => ({ kind: 'operands', isList: false, value: [{ input: index }] });

function call(name: string, op: string, self: string, more: Readonly<Record<string, Attribute>> = {}, isChanged = false): Node {
  const attributes = new Map(Object.entries({ self: input(0), ...more }));
  const source = { outputTypes: ['float32'], inputTypes: ['float32'], origin: { isChanged } };
  return { id: name, name, op, inputs: [read(self)], controlInputs: [], attributes, source };
}

const constant: Node = {
  id: 'c', name: 'c', op: 'tensor_constant', inputs: [], controlInputs: [],
  attributes: new Map([['value', { kind: 'tensor', dtype: 'float32', shape: [], value: undefined }]]), source: { outputTypes: ['float32'], inputTypes: [] },
};

describe('copies of constants', () => {
  it('are told from those that are changed in place', () => {
    const nodes = [constant, call('kept', 'aten.clone', 'c'), call('copy', 'aten.lift_fresh_copy', 'c'), call('detached', 'aten.detach_', 'copy')];
    const { made, fixed } = nodesInChangedMemory(nodes, [{ name: 'detached', value: read('detached'), dtype: 'float32' }]);
    expect([...made]).toEqual(['copy', 'detached']);
    expect([...fixed]).toEqual([]);
  });

  it('stand for the constant only where nothing changes them', () => {
    const nodes = new Map([constant, call('kept', 'aten.clone', 'c'), call('copy', 'aten.lift_fresh_copy', 'c', {}, true)].map((node) => [node.id, node]));
    expect(pytorchDialect.constantBehind(nodes, read('kept'))).toBe(constant);
    expect(pytorchDialect.constantBehind(nodes, read('copy'))).toBeUndefined();
  });
});

describe('numbers among the arguments', () => {
  const toBfloat16 = new Map([['dtype', 'bfloat16' as const]]);
  const filled = (value: number): Node => call('filled', 'aten.masked_fill.Scalar', 'x', { value: { kind: 'float', value } });

  it.each([-3.4028234663852886e38, 3.39e38])('keep an op in FP32 where BF16 cannot hold them: %s', (value) => {
    expect(pytorchDialect.kernelFor(filled(value), toBfloat16)).toEqual({
      ok: false, reason: 'A number in the arguments of aten.masked_fill.Scalar is beyond what BF16 can hold.',
    });
  });

  it.each([-3.3895313892515355e38, -Infinity, 0])('let it be BF16 where BF16 holds them: %s', (value) => {
    expect(pytorchDialect.kernelFor(filled(value), toBfloat16)).toEqual({ ok: true });
  });
});
