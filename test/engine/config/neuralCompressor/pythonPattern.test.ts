import { describe, expect, it } from 'vitest';
import { pythonPattern } from '../../../../src/engine/config/neuralCompressor/pythonPattern';

describe('pythonPattern', () => {
  it.each([
    ['encoder/.*', 'encoder/.*'],
    ['a\\.b\\-\\d+[\\w/-]{2,}', 'a\\.b\\-\\d+[\\w/-]{2,}'],
    ['(?<layer>\\d+)', '(?P<layer>\\d+)'],
    ['[(?<a>]', '[(?<a>]'],
    ['(?:a|b)(?=c)(?!d).', '(?:a|b)(?=c)(?!d).'],
    ['\\x41\\u0042', '\\x41\\u0042'],
    ['\\a\\Z[\\B]', 'aZ[B]'],
    ['[[a]', '[\\[a]'],
    ['\\/\\_\\$', '\\/\\_\\$'],
    ['a{2}b{2,}c{2,3}d{', 'a{2}b{2,}c{2,3}d{'],
    ['\\[(?<a>', '\\[(?P<a>'],
    ['', ''],
  ])('%j is %j', (pattern, expected) => {
    expect(pythonPattern(pattern)).toBe(expected);
  });

  it.each(['(a)\\1', '\\0', '(?<a>x)\\k<a>', '(?<=a)b', '(?<!a)b', '\\p{L}', '\\u{41}', '\\cA', '[^]', '[]', 'a{,2}', '(?<ä>x)', '[\\1]', '\\x4'])('%j has no equal', (pattern) => {
    expect(pythonPattern(pattern)).toBeUndefined();
  });
});
