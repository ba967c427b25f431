import { describe, expect, it } from 'vitest';
import { matchesWholeName } from '../../../src/engine/config/pattern';
import { seeded } from '../phases/minimumCut/random';

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

  it('answers as the regular expression does, with and without what it looks at first', () => {
    const random = seeded(7);
    const pick = (parts: readonly string[]): string => Array.from({ length: random.below(7) }, () => parts[random.below(parts.length)]!).join('');
    let matching = 0;
    for (let i = 0; i < 20_000; i++) {
      const pattern = pick(['a', 'b', '/', '.', '.*', '\\.', '\\\\', '\\/', 'a*', '[ab]', 'b|a']);
      const name = pick(['a', 'b', '/', '.', '\\', 'ab']);
      const expected = new RegExp(`^(?:${pattern})$`, 'u').test(name);
      if (matchesWholeName(pattern)(name) !== expected) throw new Error(`${pattern} on ${name} is ${expected}`);
      if (expected) matching++;
    }
    expect(matching).toBeGreaterThan(1000);
  });

  it('compiles a pattern once', () => {
    expect(matchesWholeName('block_[0-9]+')).toBe(matchesWholeName('block_[0-9]+'));
  });
});
