/**
 * `scope`: a piece of a scope; `prefix`: names that start with the same words; `period`: members of a stretch that repeats itself;
 * `part`: members of what would be too many; `repeat`: groups that are built alike.
 */
export type GroupKind = 'scope' | 'prefix' | 'period' | 'part' | 'repeat';

/** Groups while the hierarchy is made: as in `Groups`, but in no order, so that groups can be put between others. */
export interface Tree {
  readonly kind: GroupKind[];
  readonly scope: number[];
  /** What the names of the members of a `prefix` start with. */
  readonly prefix: string[];
  readonly members: number[][];
  readonly first: number[];
  readonly end: number[];
  /** Nodes so that those of every group stand together, and the place of each in it. */
  readonly order: Int32Array;
  readonly place: Int32Array;
}

/** A new group of members that stand in a row, as `~group`; the caller puts it in their place. */
export function wrap(tree: Tree, kind: GroupKind, scope: number, members: number[], prefix = ''): number {
  tree.kind.push(kind);
  tree.scope.push(scope);
  tree.prefix.push(prefix);
  tree.first.push(firstPlace(tree, members[0]!));
  tree.end.push(endPlace(tree, members.at(-1)!));
  return ~(tree.members.push(members) - 1);
}

/** Places in `order` that a node or `~group` takes up. */
export function firstPlace(tree: Tree, member: number): number {
  return member >= 0 ? tree.place[member]! : tree.first[~member]!;
}

export function endPlace(tree: Tree, member: number): number {
  return member >= 0 ? tree.place[member]! + 1 : tree.end[~member]!;
}

/** Members with each run, given by first and end position, replaced by what `wrapRun` makes of it. Runs do not overlap and come in order. */
export function replaceRuns<R extends Run>(members: readonly number[], runs: readonly R[], wrapRun: (members: number[], run: R) => number): number[] {
  const result: number[] = [];
  let at = 0;
  for (const run of runs) {
    while (at < run.first) result.push(members[at++]!);
    result.push(wrapRun(members.slice(run.first, run.end), run));
    at = run.end;
  }
  while (at < members.length) result.push(members[at++]!);
  return result;
}

export interface Run {
  readonly first: number;
  readonly end: number;
}
