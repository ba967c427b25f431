import { describe, expect, it } from 'vitest';
import { matchesWholeName } from '../../../../src/engine/config/pattern';
import { javascriptPattern } from '../../../../src/engine/config/neuralCompressor/javascriptPattern';

describe('javascriptPattern', () => {
  it.each([
    ['layer\\d+/conv_\\w{2,}', 'layer\\d+/conv_\\w{2,}'],
    ['(?P<n>a|b)/(?P=n)', '(?<n>a|b)/\\k<n>'],
    ['\\Aconv\\Z', '^conv$'],
    ['(?s)a(?m)b(?u)', 'ab'],
    ['a(?#why)b', 'ab'],
    ['a{,2}', 'a{0,2}'],
    ['[]x]', '[\\]x]'],
    ['[^]x]', '[^\\]x]'],
    ['(?<!a)b(?=c)(?:d)', '(?<!a)b(?=c)(?:d)'],
    ['[a(?P<]\\(\\?P<', '[a(?P<]\\(\\?P<'],
    ['a\\-b\\_', 'a\\-b\\_'],
    ['x\\a', 'x\\x07'],
    ['a\\++', 'a\\++'],
    ['[+]+', '[+]+'],
  ])('%s becomes %s', (python, expected) => expect(javascriptPattern(python)).toBe(expected));

  it.each(['(?i)head', '(?x) a b', '(?i:a)', '(a)?(?(1)b|c)', '(?>a+)b', 'a++', 'a*+b', '(a)?+', 'a{2}+', '\\N{BULLET}', '\\U0001F600', '(', '[a', 'a)|(b', '*a'])(
    '%s has no equal', (pattern) => expect(javascriptPattern(pattern)).toBeUndefined());

  it('keeps what whole names match', () => {
    const matches = matchesWholeName(javascriptPattern('(?P<side>left|right)/[]\\d]{,2}(?P=side)')!);
    expect(['left/left', 'right/]1right', 'left/right', 'left/123left'].map(matches)).toEqual([true, true, false, false]);
  });
});
