import Long from 'long';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/engine/errors';
import type { DataType } from '../../../../src/engine/graph/dataType';
import type { TensorData } from '../../../../src/engine/graph/tensor';
import { attributeFromBytes } from '../../../../src/engine/formats/tensorflow/attributes';
import { dataTypeToEnum } from '../../../../src/engine/formats/tensorflow/dataTypes';
import { AttrValue } from '../../../../src/engine/formats/tensorflow/messages';
import { decodeTensor, encodeTensor } from '../../../../src/engine/formats/tensorflow/tensor';
import type { Attribute } from '../../../../src/engine/graph/attribute';

type TensorAttribute = Extract<Attribute, { kind: 'tensor' }>;

/** The attribute read back from a serialised TensorProto with these fields. */
function tensorAttribute(dtype: DataType, shape: readonly number[], fields: object): TensorAttribute {
  const tensor = { dtype: dataTypeToEnum(dtype), tensorShape: { dim: shape.map((size) => ({ size })) }, ...fields };
  const bytes = AttrValue.encode({ tensor }).finish();
  return attributeFromBytes(Uint8Array.from(bytes)) as TensorAttribute;
}

const values = (dtype: DataType, shape: readonly number[], fields: object): TensorData => decodeTensor(tensorAttribute(dtype, shape, fields)).data;
const bytes = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers);

describe('decodeTensor', () => {
  it.each<[DataType, object, TensorData]>([
    ['float32', { floatVal: [1, -0.5] }, Float32Array.of(1, -0.5)],
    ['float64', { doubleVal: [1, 1e300] }, Float64Array.of(1, 1e300)],
    ['float16', { halfVal: [0x3c00, 0xfc00] }, Uint16Array.of(0x3c00, 0xfc00)],
    ['bfloat16', { halfVal: [0x3f80, 0xff80] }, Uint16Array.of(0x3f80, 0xff80)],
    ['int8', { intVal: [-128, 127] }, Int8Array.of(-128, 127)],
    ['uint8', { intVal: [0, 255] }, Uint8Array.of(0, 255)],
    ['int16', { intVal: [-32768, 1] }, Int16Array.of(-32768, 1)],
    ['uint16', { intVal: [65535, 1] }, Uint16Array.of(65535, 1)],
    ['int32', { intVal: [-1, 2 ** 31 - 1] }, Int32Array.of(-1, 2 ** 31 - 1)],
    ['uint32', { uint32Val: [2 ** 32 - 1, 0] }, Uint32Array.of(2 ** 32 - 1, 0)],
    ['int64', { int64Val: [Long.MIN_VALUE, Long.MAX_VALUE] }, BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
    ['uint64', { uint64Val: [Long.MAX_UNSIGNED_VALUE, 1] }, BigUint64Array.of(2n ** 64n - 1n, 1n)],
    ['bool', { boolVal: [true, false] }, Uint8Array.of(1, 0)],
    ['qint8', { intVal: [-5, 5] }, Int8Array.of(-5, 5)],
    ['quint8', { intVal: [200, 5] }, Uint8Array.of(200, 5)],
    ['qint32', { intVal: [-70000, 5] }, Int32Array.of(-70000, 5)],
    ['complex64', { scomplexVal: [1, 2, 3, 4] }, Float32Array.of(1, 2, 3, 4)],
    ['complex128', { dcomplexVal: [1, 2, 3, 4] }, Float64Array.of(1, 2, 3, 4)],
    ['float8_e4m3fn', { float8Val: bytes(0x38, 0x40) }, Uint8Array.of(0x38, 0x40)],
    ['int4', { intVal: [-8, 7] }, Int8Array.of(-8, 7)],
    ['string', { stringVal: [bytes(97), bytes(0, 255)] }, [bytes(97), bytes(0, 255)]],
  ])('reads the values of %s', (dtype, fields, expected) => {
    expect(values(dtype, [2], fields)).toEqual(expected);
  });

  it('repeats the last value', () => {
    expect(values('float32', [2, 2], { floatVal: [1, 2] })).toEqual(Float32Array.of(1, 2, 2, 2));
    expect(values('bfloat16', [3], { halfVal: [0x3f80] })).toEqual(Uint16Array.of(0x3f80, 0x3f80, 0x3f80));
    expect(values('complex64', [3], { scomplexVal: [1, 2] })).toEqual(Float32Array.of(1, 2, 1, 2, 1, 2));
    expect(values('string', [3], { stringVal: [bytes(97), bytes(98)] })).toEqual([bytes(97), bytes(98), bytes(98)]);
  });

  it('fills with zeros when there are no values, and reads only as many as the shape has', () => {
    expect(values('int64', [2], {})).toEqual(new BigInt64Array(2));
    expect(values('complex128', [1], {})).toEqual(new Float64Array(2));
    expect(values('string', [2], {})).toEqual([bytes(), bytes()]);
    expect(values('float32', [0, 5], { floatVal: [1] })).toEqual(new Float32Array(0));
    expect(values('int32', [1], { intVal: [4, 5] })).toEqual(Int32Array.of(4));
  });

  it('reads a scalar', () => {
    const attribute = tensorAttribute('float32', [], { floatVal: [3] });
    expect(decodeTensor(attribute)).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(3) });
  });

  it('reads tensor_content at any alignment, as a view where that is possible', () => {
    const file = new Uint8Array(32);
    new DataView(file.buffer).setFloat32(8, 1.5, true);
    new DataView(file.buffer).setFloat32(13, -2, true);
    const at = (offset: number): TensorAttribute => ({ kind: 'tensor', dtype: 'float32', shape: [1], value: { tensorContent: file.subarray(offset, offset + 4) } });
    const aligned = decodeTensor(at(8)).data as Float32Array;
    expect(aligned).toEqual(Float32Array.of(1.5));
    expect(aligned.buffer).toBe(file.buffer);
    const misaligned = decodeTensor(at(13)).data as Float32Array;
    expect(misaligned).toEqual(Float32Array.of(-2));
    expect(misaligned.buffer).not.toBe(file.buffer);
  });

  it('reads strings from tensor_content', () => {
    expect(values('string', [3], { tensorContent: bytes(1, 0, 2, 97, 98, 99) })).toEqual([bytes(97), bytes(), bytes(98, 99)]);
    expect(() => values('string', [3], { tensorContent: bytes(1, 0, 9, 97) })).toThrow('do not hold 3 strings');
  });

  it('refuses bytes that do not match the shape', () => {
    expect(() => values('float32', [3], { tensorContent: new Uint8Array(8) })).toThrow('the constant holds 8 bytes, but float32[3] needs 12');
    expect(() => values('complex64', [1], { tensorContent: new Uint8Array(4) })).toThrow('needs 8');
    expect(() => values('float32', [-1], {})).toThrow('the shape [-1] of the constant is not a size');
  });

  it('refuses what has no values', () => {
    expect(() => decodeTensor({ kind: 'opaque' }, 'c')).toThrow(new UserError('the constant has no tensor of a known type and shape', { node: 'c' }));
    expect(() => values('resource', [], {})).toThrow('a resource constant has no values that can be read');
  });
});

describe('encodeTensor', () => {
  it.each<[DataType, readonly number[], TensorData]>([
    ['float32', [2], Float32Array.of(0.1, -Infinity)],
    ['bfloat16', [3], Uint16Array.of(1, 2, 0xffff)],
    ['int64', [1], BigInt64Array.of(-(2n ** 63n))],
    ['complex64', [1], Float32Array.of(1, 2)],
    ['bool', [2], Uint8Array.of(1, 0)],
    ['qint8', [2], Int8Array.of(-1, 1)],
    ['string', [2], [bytes(97), bytes()]],
    ['float32', [0], new Float32Array(0)],
    ['int32', [], Int32Array.of(7)],
  ])('is undone by decodeTensor for %s%j', (dtype, shape, data) => {
    const attribute = encodeTensor({ dtype, shape, data }) as TensorAttribute;
    expect(attribute).toMatchObject({ kind: 'tensor', dtype, shape });
    expect(decodeTensor(tensorAttribute(dtype, shape, attribute.value as object))).toEqual({ dtype, shape, data });
    expect(decodeTensor(attribute)).toEqual({ dtype, shape, data });
  });

  it('writes a view of part of a buffer', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    expect(values('float32', [2], (encodeTensor({ dtype: 'float32', shape: [2], data }) as TensorAttribute).value as object)).toEqual(Float32Array.of(1, 2));
  });
});
