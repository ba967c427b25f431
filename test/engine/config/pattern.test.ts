import { describe, expect, it } from 'vitest';
import { matchesWholeName } from '../../../src/engine/config/pattern';

describe('matchesWholeName', () => {
  it.each([
    ['head', 'head', true],
    ['head', 'head/dense', false],
    ['head', 'my/head', false],
    ['head/.*', 'head/dense', true],
    ['a|b', 'a', true],
    ['a|b', 'ab', false],
    ['a|ab', 'ab', true],
    ['x\\-y', 'x-y', true],
    ['.', '𝛼', true],
    ['a', 'a\n', false],
  ])('%s on %j is %s', (pattern, name, expected) => {
    expect(matchesWholeName(pattern)(name)).toBe(expected);
  });

  it.each(['(', 'a)|(b', '*'])('throws for %s', (pattern) => {
    expect(() => matchesWholeName(pattern)).toThrow(SyntaxError);
  });

  it('compiles a pattern once', () => {
    expect(matchesWholeName('block_[0-9]+')).toBe(matchesWholeName('block_[0-9]+'));
  });
});
