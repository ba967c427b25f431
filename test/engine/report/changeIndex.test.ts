import { describe, expect, it } from 'vitest';
import { changeIndexOf } from '../../../src/engine/report/changeIndex';
import type { Change } from '../../../src/engine/snapshot';

const change = (before: readonly string[], after: readonly string[]): Change => ({ phase: 'bf16', rule: 'rule', reason: 'reason', before, after });

describe('the index of the changes of a phase', () => {
  const changes = [change(['a'], ['a', 'cast']), change(['b', 'a'], ['b']), change(['b', 'cast'], ['b', 'a']), change(['b'], ['b', 'other'])];
  const index = changeIndexOf(changes);

  it('names the changes that touched a node, each once, in order', () => {
    expect([...index.of('a')]).toEqual([0, 1, 2]);
    expect([...index.of('b')]).toEqual([1, 2, 3]);
    expect([...index.of('nobody')]).toEqual([]);
    expect([index.lastOf('cast'), index.lastOf('nobody')]).toEqual([2, -1]);
  });

  it('tells what was added and removed from what was changed in place', () => {
    expect(['a', 'b', 'cast', 'other', 'nobody'].map((id) => index.addedBy(id))).toEqual([2, -1, 0, 3, -1]);
    expect(['a', 'b', 'cast', 'other', 'nobody'].map((id) => index.removedBy(id))).toEqual([1, -1, 2, -1, -1]);
  });

  it('finds the first touch from a change on', () => {
    expect([0, 1, 2, 3, 4].map((from) => index.firstFrom('b', from))).toEqual([1, 1, 2, 3, -1]);
    expect(index.firstFrom('nobody', 0)).toBe(-1);
  });

  it('is made once', () => {
    expect(changeIndexOf(changes)).toBe(index);
    expect(changeIndexOf([...changes])).not.toBe(index);
  });

  it('has no node where nothing changed', () => {
    expect([...changeIndexOf([]).of('a')]).toEqual([]);
    expect(changeIndexOf([]).addedBy('a')).toBe(-1);
  });

  it('holds as many changes, and changes with as many ids, as there are', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => change(['shared', `n${i}`], ['shared', `n${i}`]));
    const all = many.map(({ before }) => before[1]!);
    const large = changeIndexOf([...many, change(all, all)]);
    expect(large.of('shared')).toHaveLength(100_000);
    expect(all.every((id, i) => large.firstFrom(id, 0) === i && large.lastOf(id) === 100_000)).toBe(true);
  });
});
