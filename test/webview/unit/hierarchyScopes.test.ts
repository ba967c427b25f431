import { describe, expect, it } from 'vitest';
import { nodeTable } from '../../../src/engine/report/graphTables';
import { relativeTo, scopesOf } from '../../../webview/graph/layout/scopes';
import type { DisplayNode } from '../../../webview/protocol';

const scoped = (...names: string[]) => scopesOf(nodeTable(names.map((name): DisplayNode => ({ id: name, name, op: 'Relu', scope: name.split('/').slice(0, -1), kind: 'op' }))));

describe('scopes of names', () => {
  it('makes a scope of each with two ops, under the scope around it', () => {
    const { paths, parent, depth, scopeOf } = scoped('a/x', 'a/y', 'a/b/p', 'a/b/q', 'c/x', 'c/y', 'z');
    expect(paths).toEqual(['', 'a', 'a/b', 'c']);
    expect([...parent]).toEqual([-1, 0, 1, 0]);
    expect([...depth]).toEqual([0, 1, 2, 1]);
    expect([...scopeOf]).toEqual([1, 1, 2, 2, 3, 3, 0]);
  });

  it('leaves out a scope around a single op', () => {
    const { paths, scopeOf } = scoped('a/x', 'a/read/kernel', 'a/y', 'b/x', 'b/y');
    expect(paths).toEqual(['', 'a', 'b']);
    expect([...scopeOf]).toEqual([1, 1, 1, 2, 2]);
  });

  it('joins a scope that only wraps another with it', () => {
    expect(scoped('a/b/x', 'a/b/y', 'c/x', 'c/y').paths).toEqual(['', 'a/b', 'c']);
  });

  it('makes none of nearly the whole model, and leaves its name out of the labels', () => {
    const { paths } = scoped('input', ...Array.from({ length: 20 }, (_, k) => `model/layer_${k >> 2}/op_${k}`));
    expect(paths[0]).toBe('model');
    expect(paths).toHaveLength(6);
    expect(relativeTo(paths[0]!, paths[1]!)).toBe('layer_0');
    expect(relativeTo(paths[0]!, 'input')).toBe('input');
  });

  it('keeps what TensorFlow puts around an inlined function in the scope of its caller', () => {
    const { paths, scopeOf } = scoped('gru/while/merge', 'gru/while/exit', 'Func/gru/while/body/input', 'Func/gru/while/output', 'x', 'y');
    expect(paths).toEqual(['', 'gru/while']);
    expect([...scopeOf]).toEqual([1, 1, 1, 1, 0, 0]);
    expect(relativeTo('gru/while', 'Func/gru/while/body/input')).toBe('body/input');
  });

  it('takes scopes as deep as they come', () => {
    const deep = Array.from({ length: 20_000 }, (_, k) => `s${k}`).join('/');
    expect(scoped(`${deep}/x`, 'y').paths).toEqual(['']);
  });
});
