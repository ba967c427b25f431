import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../../src/engine/graph/attribute';
import { attributeText, constantText, numberText, shapeText, sizeText } from '../../../src/engine/report/text';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it.each([[undefined, '?'], [[], 'scalar'], [[3], '3'], [[-1, 28, 28, 1], 'N×28×28×1'], [[-1, -1, 768], 'N×?×768']])('shape %j is %s', (shape, text) => {
  expect(shapeText(shape)).toBe(text);
});

it.each([[0, '0 B'], [4, '4 B'], [999, '999 B'], [1000, '1 kB'], [18432, '18.4 kB'], [102_400_000, '102 MB'], [5e9, '5 GB']])('%d bytes are %s', (size, text) => {
  expect(sizeText(size)).toBe(text);
});

it.each([[0, '0'], [1.00000001, '1'], [-0.0009765625, '-0.0009766'], [12345.678, '12350'], [-Infinity, '-Infinity']])('number %d is %s', (number, text) => {
  expect(numberText(number)).toBe(text);
});

it('a constant has shape, type and size; strings have no size', () => {
  expect(constantText([3, 3, 16, 32], 'float32')).toBe('3×3×16×32, float32, 18.4 kB');
  expect(constantText([2], 'string')).toBe('2, string');
});

describe('an attribute', () => {
  it.each<[string, Attribute, string]>([
    ['int', { kind: 'int', value: -3n }, '-3'],
    ['float', { kind: 'float', value: Math.fround(0.001) }, '0.001'],
    ['bool', { kind: 'bool', value: true }, 'true'],
    ['type', { kind: 'type', value: 'bfloat16' }, 'bfloat16'],
    ['text', { kind: 'string', value: bytes('SAME') }, 'SAME'],
    ['data', { kind: 'string', value: Uint8Array.of(0, 255, 254) }, '3 B of data'],
    ['control characters', { kind: 'string', value: bytes('\u0000\u0001') }, '2 B of data'],
    ['shape', { kind: 'shape', value: [1, -1] }, '1×?'],
    ['tensor', { kind: 'tensor', dtype: 'int32', shape: [4], value: undefined }, '4, int32, 16 B'],
    ['function', { kind: 'function', value: 'while_body' }, 'while_body'],
    ['list', { kind: 'ints', value: [1, 2n] }, '[1, 2]'],
    ['list of texts', { kind: 'strings', value: [bytes('a'), bytes('b')] }, '[a, b]'],
    ['list of types', { kind: 'types', value: ['float32', 'int8'] }, '[float32, int8]'],
    ['list of shapes', { kind: 'shapes', value: [undefined, []] }, '[?, scalar]'],
    ['long list', { kind: 'floats', value: Array.from({ length: 100 }, (_, i) => i) }, '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … 100 in all]'],
    ['anything else', { kind: 'opaque' }, '…'],
  ])('%s', (_, attribute, text) => {
    expect(attributeText(attribute)).toBe(text);
  });

  it('of long text is cut, also between the bytes of a character', () => {
    expect(attributeText({ kind: 'string', value: bytes('x'.repeat(1000)) })).toBe(`${'x'.repeat(80)}… (1 kB)`);
    expect(attributeText({ kind: 'string', value: bytes(`x${'é'.repeat(1000)}`) })).toBe(`x${'é'.repeat(79)}… (2 kB)`);
  });
});
