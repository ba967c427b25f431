import { beforeEach, describe, expect, it } from 'vitest';
import { newestOnly } from '../../src/document/newestOnly';

describe('the newest only', () => {
  let begun: string[];
  let heard: string[];
  let finish: (result: string) => void;
  let fail: (error: Error) => void;
  let ask: (input: string | undefined) => void;
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  beforeEach(() => {
    begun = [];
    heard = [];
    ask = newestOnly<string, string>(
      (input) => {
        begun.push(input);
        return new Promise((resolve, reject) => {
          finish = resolve;
          fail = reject;
        });
      },
      (result, input) => heard.push(`${input}: ${result}`),
      (error, input) => heard.push(`${input} failed: ${(error as Error).message}`),
    );
  });

  it('is worked on one at a time, and those between are left out', async () => {
    for (const input of ['a', 'b', 'c']) ask(input);
    expect(begun).toEqual(['a']);
    finish('1');
    await settled();
    expect([begun, heard]).toEqual([['a', 'c'], []]);
    finish('2');
    await settled();
    expect([begun, heard]).toEqual([['a', 'c'], ['c: 2']]);
    ask('d');
    finish('3');
    await settled();
    expect(heard).toEqual(['c: 2', 'd: 3']);
  });

  it('is heard of when it fails, and nothing else', async () => {
    ask('a');
    ask('b');
    fail(new Error('no'));
    await settled();
    fail(new Error('never'));
    await settled();
    expect(heard).toEqual(['b failed: never']);
  });

  it('may be none any more', async () => {
    ask('a');
    ask(undefined);
    finish('1');
    await settled();
    expect(heard).toEqual([]);
    ask('b');
    finish('2');
    await settled();
    expect(heard).toEqual(['b: 2']);
  });

  it('may be the same again', async () => {
    ask('a');
    ask('a');
    finish('1');
    await settled();
    finish('2');
    await settled();
    expect([begun, heard]).toEqual([['a', 'a'], ['a: 2']]);
  });
});
