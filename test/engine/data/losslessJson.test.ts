import { describe, expect, it } from 'vitest';
import { floatNumber, integerNumber, integerOf, isObject, numberOf, parseJson, writeJson } from '../../../src/engine/data/losslessJson';

const read = (text: string): ReturnType<typeof parseJson> => parseJson(text, 'the text');

describe('lossless JSON', () => {
  it.each([
    '{"10": 1, "2": [1.0, 1, 1e-05, 0.1, -0, -0.0, 9223372036854775807, 1e+300, 12345678901234567890]}',
    '["a\\u00e9\\n\\t\\"\\\\ \\u007f \\ud83d\\ude00", "", true, false, null, {}, []]',
    '[NaN, Infinity, -Infinity, "Infinity"]',
    '{"a": {"b": {"c": [[[]]]}}, "__proto__": 1, "constructor": 2}',
  ])('gives back %s', (text) => {
    expect(writeJson(read(text))).toBe(text);
  });

  it('reads blanks and control characters that writers leave in strings', () => {
    expect(writeJson(read(' {\t"a"\n:[ 1 ,2 ] }\r\n'))).toBe('{"a": [1, 2]}');
    expect(read('"a\nb"')).toBe('a\nb');
  });

  it('keeps integers exact and tells them from floats', () => {
    expect(integerOf(read('9223372036854775807'))).toBe(9223372036854775807n);
    expect(integerOf(read('9007199254740991'))).toBe(9007199254740991);
    expect(integerOf(read('1.0'))).toBeUndefined();
    expect(numberOf(read('1.0'))).toBe(1);
    expect(numberOf(read('1e-05'))).toBe(1e-5);
    expect(writeJson([floatNumber(1), floatNumber(0.5), floatNumber(1e21), integerNumber(2), integerNumber(2n ** 63n - 1n)]))
      .toBe('[1.0, 0.5, 1e+21, 2, 9223372036854775807]');
  });

  it('has no limit to the length of strings', () => {
    const text = 'a'.repeat(20_000_000);
    expect(read(`"${text}"`)).toBe(text);
    expect(read(`"\\n${text}\\\\"`)).toBe(`\n${text}\\`);
  });

  it('keeps the last of two equal keys', () => {
    const value = read('{"a": 1, "a": 2}');
    expect(isObject(value) && value.get('a')).toBe(2);
  });

  it.each([
    ['', 'at character 1 it has no value where one is due'],
    ['[1, 2', 'at character 6 it has a list that does not end'],
    ['{"a" 1}', 'at character 6 it has no ":" after a key'],
    ['{"a": 1', 'it has an object that does not end'],
    ['{a: 1}', 'at character 2 it has no string where one is due'],
    ['"\\x"', 'it has a string with a wrong escape'],
    ['"abc', 'at character 1 it has a string that does not end'],
    ['"abc\\\\\\"', 'at character 1 it has a string that does not end'],
    ['1 2', 'at character 3 it goes on after its end'],
    ['nul', 'it has no value where one is due'],
    ['['.repeat(100_000), 'it nests deeper than 256 levels'],
  ])('refuses %.20s', (text, message) => {
    expect(() => read(text)).toThrow(`the text is no valid JSON: `);
    expect(() => read(text)).toThrow(message);
  });
});
