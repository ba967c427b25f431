import { describe, expect, it } from 'vitest';
import { groupByScope, relativeTo } from '../../../webview/graph/groups';

const scoped = (...names: string[]) => names.map((name) => ({ scope: name.split('/').slice(0, -1) }));

describe('groups', () => {
  it('makes a group of each scope with two ops, under the group around it', () => {
    const { path, parent, groupOf } = groupByScope(scoped('a/x', 'a/y', 'a/b/p', 'a/b/q', 'c/x', 'c/y', 'z'));
    expect(path).toEqual(['', 'a', 'a/b', 'c']);
    expect([...parent]).toEqual([-1, 0, 1, 0]);
    expect([...groupOf]).toEqual([1, 1, 2, 2, 3, 3, 0]);
  });

  it('leaves out a scope around a single op', () => {
    const { path, groupOf } = groupByScope(scoped('a/x', 'a/read/kernel', 'a/y', 'b/x', 'b/y'));
    expect(path).toEqual(['', 'a', 'b']);
    expect([...groupOf]).toEqual([1, 1, 1, 2, 2]);
  });

  it('joins a scope that only wraps another with it', () => {
    expect(groupByScope(scoped('a/b/x', 'a/b/y', 'c/x', 'c/y')).path).toEqual(['', 'a/b', 'c']);
  });

  it('draws no box around nearly the whole model, and leaves its name out of the labels', () => {
    const names = ['input', ...Array.from({ length: 20 }, (_, k) => `model/layer_${k >> 2}/op_${k}`)];
    const { path } = groupByScope(scoped(...names));
    expect(path[0]).toBe('model');
    expect(path).toHaveLength(6);
    expect(relativeTo(path[0]!, path[1]!)).toBe('layer_0');
    expect(relativeTo(path[0]!, 'input')).toBe('input');
  });

  it('takes scopes as deep as they come', () => {
    const deep = Array.from({ length: 20_000 }, (_, k) => `s${k}`);
    expect(groupByScope([{ scope: deep }, { scope: [] }]).path).toEqual(['']);
  });
});
