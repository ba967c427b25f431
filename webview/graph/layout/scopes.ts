import type { NodeTable } from '../../protocol';
import { textAt, textCount } from '../../tables';

/** Scopes of names worth a group. Scope 0 is the whole graph; its path, and any other, is the longest that nearly all members share. */
export interface Scopes {
  /** Parents come before their children; -1 for scope 0. */
  readonly parent: Int32Array;
  readonly paths: readonly string[];
  readonly depth: Int32Array;
  /** Innermost scope of each node. */
  readonly scopeOf: Int32Array;
}

/** A scope with this share of its parent's ops says nothing: its group would only repeat the parent. */
const WHOLE = 0.9;

/** Scopes that become groups: at least two ops, not merely the wrapper of one other scope, not nearly all of the parent. Linear. */
export function scopesOf(nodes: Pick<NodeTable, 'count' | 'scope' | 'scopes'>): Scopes {
  const names = nameTree(nodes);
  const total = names.direct.slice();
  for (let at = names.parent.length - 1; at > 0; at--) total[names.parent[at]!]! += total[at]!;

  const parent: number[] = [-1];
  const paths: string[] = [''];
  const depth: number[] = [0];
  const totals: number[] = [nodes.count];
  const scopeOfName = new Int32Array(names.parent.length);
  for (let at = 1; at < names.parent.length; at++) {
    const outer = scopeOfName[names.parent[at]!]!;
    const wrapper = names.direct[at] === 0 && names.children[at] === 1;
    const whole = total[at]! >= totals[outer]! * WHOLE;
    scopeOfName[at] = outer;
    if (total[at]! < 2 || wrapper) continue;
    if (whole) {
      paths[outer] = names.pathOf(at);
      continue;
    }
    scopeOfName[at] = parent.push(outer) - 1;
    paths.push(names.pathOf(at));
    depth.push(depth[outer]! + 1);
    totals.push(total[at]!);
  }
  const scopeOf = new Int32Array(nodes.count);
  for (let node = 0; node < nodes.count; node++) scopeOf[node] = scopeOfName[names.nameOf[nodes.scope[node]!]!]!;
  return { parent: Int32Array.from(parent), paths, depth: Int32Array.from(depth), scopeOf };
}

interface NameTree {
  readonly parent: readonly number[];
  /** Nodes directly in each name, and names directly below it. */
  readonly direct: readonly number[];
  readonly children: readonly number[];
  /** Name of each path of the table. */
  readonly nameOf: Int32Array;
  pathOf(name: number): string;
}

/** TensorFlow puts this before the names of what surrounds an inlined function. */
const INLINED = 'Func/';

/** Every prefix of every path of scopes, outer ones first. */
function nameTree(nodes: Pick<NodeTable, 'count' | 'scope' | 'scopes'>): NameTree {
  const parent = [-1];
  const direct = [0];
  const children = [0];
  const text = [''];
  const end = [0];
  const known = new Map<string, number>();
  const nameOf = new Int32Array(textCount(nodes.scopes));
  for (let index = 0; index < nameOf.length; index++) {
    const path = withoutInlined(textAt(nodes.scopes, index));
    let at = 0;
    for (let from = 0; from < path.length; ) {
      const slash = path.indexOf('/', from);
      const to = slash < 0 ? path.length : slash;
      const key = `${at}/${path.slice(from, to)}`;
      let next = known.get(key);
      if (next === undefined) {
        next = parent.push(at) - 1;
        known.set(key, next);
        children[at]!++;
        direct.push(0);
        children.push(0);
        text.push(path);
        end.push(to);
      }
      at = next;
      from = to + 1;
    }
    nameOf[index] = at;
  }
  for (let node = 0; node < nodes.count; node++) direct[nameOf[nodes.scope[node]!]!]!++;
  return { parent, direct, children, nameOf, pathOf: (name) => text[name]!.slice(0, end[name]) };
}

/** A path without the part its group already says. */
export function relativeTo(outer: string, path: string): string {
  const inner = withoutInlined(path);
  return outer !== '' && inner.startsWith(`${outer}/`) ? inner.slice(outer.length + 1) : inner;
}

function withoutInlined(path: string): string {
  return path.startsWith(INLINED) ? path.slice(INLINED.length) : path;
}
