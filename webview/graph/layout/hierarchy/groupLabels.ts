import type { NodeTable } from '../../../protocol';
import { textAt } from '../../../tables';
import { relativeTo } from '../scopes';
import type { Tree } from './tree';

/** What a group or node is called in a scope: without the part of its path the scope already says. */
export type NameIn = (scope: number, member: number) => string;

/** `paths` of scopes; pieces of the same scope are numbered from the second on: `attention #2`. */
export function namesOf(tree: Tree, nodes: Pick<NodeTable, 'names'>, paths: readonly string[]): NameIn {
  const names = textsOf(nodes.names);
  const piece = new Int32Array(tree.scope.length);
  const pieces = new Int32Array(paths.length);
  tree.scope.forEach((scope, group) => (piece[group] = ++pieces[scope]!));
  const own = (scope: number, member: number): string => {
    if (member >= 0) return relativeTo(paths[scope]!, names(member));
    const group = ~member;
    if (tree.kind[group] === 'prefix') return tree.prefix[group]!;
    const path = relativeTo(paths[scope]!, paths[tree.scope[group]!]!);
    return piece[group]! > 1 ? `${path} #${piece[group]!}` : path;
  };
  return (scope, member) => {
    const from = outermostNamed(tree, member, 0);
    const to = outermostNamed(tree, member, -1);
    return from === to ? own(scope, from) : `${own(scope, from)} … ${own(scope, to)}`;
  };
}

/** The first or last member that has a name of its own. */
function outermostNamed(tree: Tree, member: number, side: 0 | -1): number {
  let at = member;
  while (at < 0 && tree.kind[~at] !== 'scope' && tree.kind[~at] !== 'prefix') at = tree.members[~at]!.at(side)!;
  return at;
}

/** Texts of a table: decoded at once where each character is a byte. */
function textsOf(table: NodeTable['names']): (index: number) => string {
  const all = new TextDecoder().decode(table.bytes);
  if (all.length !== table.bytes.length) return (index) => textAt(table, index);
  return (index) => all.slice(table.start[index], table.start[index + 1]);
}
