import type { DisplayNode } from '../protocol';

/** Scopes worth a box. Group 0 is the whole graph; its path, and any other, is the longest that nearly all members share. */
export interface Groups {
  readonly parent: Int32Array;
  readonly path: readonly string[];
  /** Innermost group of each node. */
  readonly groupOf: Int32Array;
}

interface Scope {
  readonly path: string;
  readonly parent: number;
  readonly children: Map<string, number>;
  direct: number;
  total: number;
}

/** A scope with this share of its parent's ops says nothing: its box would only frame the parent again. */
const WHOLE = 0.9;

/** Scopes that become boxes: at least two ops, not merely the wrapper of one other scope, not nearly all of the parent. Linear. */
export function groupByScope(nodes: readonly Pick<DisplayNode, 'scope'>[]): Groups {
  const scopes: Scope[] = [{ path: '', parent: -1, children: new Map(), direct: 0, total: 0 }];
  const scopeOf = new Int32Array(nodes.length);
  nodes.forEach(({ scope }, node) => {
    let at = 0;
    for (const name of scope) {
      const outer = scopes[at]!;
      let next = outer.children.get(name);
      if (next === undefined) {
        next = scopes.push({ path: outer.path === '' ? name : `${outer.path}/${name}`, parent: at, children: new Map(), direct: 0, total: 0 }) - 1;
        outer.children.set(name, next);
      }
      at = next;
    }
    scopeOf[node] = at;
    scopes[at]!.direct++;
  });
  for (let at = scopes.length - 1; at >= 0; at--) {
    const scope = scopes[at]!;
    scope.total += scope.direct;
    if (at > 0) scopes[scope.parent]!.total += scope.total;
  }

  const parent: number[] = [-1];
  const path: string[] = [''];
  const total: number[] = [nodes.length];
  /** Innermost group of each scope; parents are decided before their children. */
  const groupOfScope = new Int32Array(scopes.length);
  for (let at = 1; at < scopes.length; at++) {
    const scope = scopes[at]!;
    const outer = groupOfScope[scope.parent]!;
    const wrapper = scope.direct === 0 && scope.children.size === 1;
    const whole = scope.total >= total[outer]! * WHOLE;
    const drawn = scope.total > 1 && !wrapper && !whole;
    groupOfScope[at] = drawn ? parent.push(outer) - 1 : outer;
    if (whole && scope.total > 1) path[outer] = scope.path;
    if (!drawn) continue;
    path.push(scope.path);
    total.push(scope.total);
  }
  return { parent: Int32Array.from(parent), path, groupOf: scopeOf.map((scope) => groupOfScope[scope]!) };
}

/** A path without the part its box already says. */
export function relativeTo(outer: string, path: string): string {
  return outer !== '' && path.startsWith(`${outer}/`) ? path.slice(outer.length + 1) : path;
}
