import { describe, expect, it } from 'vitest';
import { pytorchDialect } from '../../../../src/engine/formats/pytorch/dialect';
import { nodesOfPositions } from '../../../../src/engine/formats/pytorch/positions';
import type { DataType } from '../../../../src/engine/graph/dataType';
import type { Node } from '../../../../src/engine/graph/graph';

type Value = readonly [name: string, dtype: DataType];

/** A node that reads the values and makes one of a type. */
function node(name: string, op: string, dtype: DataType, ...values: readonly Value[]): Node {
  return {
    id: name, name, op, inputs: values.map(([value]) => ({ node: value, output: 0 })), controlInputs: [], attributes: new Map(),
    source: { outputTypes: [dtype], inputTypes: values.map(([, type]) => type) },
  };
}

function constant(name: string, dtype: DataType): Node {
  return { ...node(name, 'buffer', dtype), attributes: new Map([['value', { kind: 'tensor', dtype, shape: [4], value: undefined }]]) };
}

const BEFORE = [
  node('x', 'input', 'float32'), node('mask', 'input', 'int64'), constant('weight', 'float32'), constant('ids', 'int64'), constant('quantized', 'int8'),
  node('count', 'aten.arange', 'int64'), node('place', 'aten.to.dtype', 'float32', ['count', 'int64']), node('near', 'aten.lt.Scalar', 'bool', ['place', 'float32']),
];

const isOfPositions = (last: Node): boolean => nodesOfPositions([...BEFORE, last]).has(last.id);

describe('positions', () => {
  it.each([
    ['a sum with a constant', node('y', 'aten.add.Tensor', 'float32', ['place', 'float32'], ['weight', 'float32'])],
    ['a comparison', node('y', 'aten.lt.Scalar', 'bool', ['place', 'float32'])],
    ['a quotient of whole numbers', node('y', 'aten.div.Tensor', 'float32', ['ids', 'int64'])],
    ['a choice by a flag', node('y', 'aten.where.self', 'float32', ['near', 'bool'], ['place', 'float32'], ['weight', 'float32'])],
    ['a running sum of whole numbers', node('y', 'aten.cumsum', 'int64', ['mask', 'int64'])],
  ])('are in %s', (_, last) => {
    expect(isOfPositions(last)).toBe(true);
  });

  it.each([
    ['a sum with a value of the network', node('y', 'aten.add.Tensor', 'float32', ['x', 'float32'], ['place', 'float32'])],
    ['what is looked up by them', node('y', 'aten.embedding', 'float32', ['weight', 'float32'], ['count', 'int64'])],
    ['numbers made of flags', node('y', 'aten.to.dtype', 'float32', ['near', 'bool'])],
    ['numbers made of what the caller gives', node('y', 'aten.to.dtype', 'float32', ['mask', 'int64'])],
    ['INT8 weights', node('y', 'quantized_decomposed.dequantize_per_tensor', 'float32', ['quantized', 'int8'])],
    ['a running sum of FP32 numbers', node('y', 'aten.cumsum', 'float32', ['x', 'float32'])],
  ])('are not in %s', (_, last) => {
    expect(isOfPositions(last)).toBe(false);
  });

  it('never become BF16 without being named', () => {
    const halved = node('y', 'aten.mul.Tensor', 'float32', ['place', 'float32']);
    expect(pytorchDialect.isFree(halved)).toBe(true);
    expect(pytorchDialect.isFree({ ...halved, source: { ...(halved.source as object), origin: { isOfPositions: true } } })).toBe(false);
  });
});
