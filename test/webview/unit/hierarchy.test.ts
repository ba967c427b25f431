import { describe, expect, it } from 'vitest';
import type { Groups } from '../../../webview/graph/layout/picture';
import { listAt } from '../../../webview/tables';
import { digitsCnn } from '../support/digitsCnn';
import { GraphBuilder } from '../support/graphBuilder';
import { groupsOf, type Built } from '../support/groups';
import { randomGraph } from '../support/randomGraph';
import { transformer } from '../support/transformer';

/** Place of each node or group among the members of the group around it. */
function placesOf(groups: Groups): { ofNode: Int32Array; ofGroup: Int32Array } {
  const ofNode = new Int32Array(groups.order.length).fill(-1);
  const ofGroup = new Int32Array(groups.count).fill(-1);
  for (let group = 0; group < groups.count; group++) {
    listAt(groups.members, group).forEach((member, place) => {
      if (member >= 0) ofNode[member] = place;
      else ofGroup[~member] = place;
    });
  }
  return { ofNode, ofGroup };
}

/** Edges that run against the order of the members of some group; edges of shared values aside. */
function againstOrder(built: Built, groups: Groups): number[] {
  const places = placesOf(groups);
  const depth = new Int32Array(groups.count);
  for (let group = 1; group < groups.count; group++) depth[group] = depth[groups.parent[group]!]! + 1;
  const wrong: number[] = [];
  built.edges.forEach(({ source, target }, edge) => {
    if (groups.shared[source] === 1) return;
    let [a, b] = [groups.groupOf[source]!, groups.groupOf[target]!];
    let [from, to] = [places.ofNode[source]!, places.ofNode[target]!];
    while (a !== b) {
      if (depth[a]! >= depth[b]!) [from, a] = [places.ofGroup[a]!, groups.parent[a]!];
      else [to, b] = [places.ofGroup[b]!, groups.parent[b]!];
    }
    if (from >= to) wrong.push(edge);
  });
  return wrong;
}

function expectWellFormed(built: Built, groups: Groups): void {
  const count = built.nodes.length;
  expect([...groups.order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, node) => node));
  expect([groups.parent[0], groups.first[0], groups.end[0]]).toEqual([-1, 0, count]);
  const holder = new Int32Array(count).fill(-1);
  expect(Math.max(...groups.parent.map((_, group) => listAt(groups.members, group).length))).toBeLessThanOrEqual(100);
  for (let group = 0; group < groups.count; group++) {
    let at = groups.first[group]!;
    for (const member of listAt(groups.members, group)) {
      if (member >= 0) {
        expect(groups.order[at++]).toBe(member);
        expect(holder[member]).toBe(-1);
        holder[member] = group;
      } else {
        expect(~member).toBeGreaterThan(group);
        expect([groups.parent[~member], groups.first[~member]]).toEqual([group, at]);
        at = groups.end[~member]!;
      }
    }
    expect(at).toBe(groups.end[group]);
  }
  expect(holder).toEqual(groups.groupOf);
  expect(new Set(groups.keys).size).toBe(groups.count);
  for (const table of [groups.labels, groups.paths, groups.keys, groups.parent, groups.kind, groups.first, groups.end]) expect(table).toHaveLength(groups.count);
}

describe('hierarchy', () => {
  const models: readonly (readonly [string, Built])[] = [
    ['digits CNN', digitsCnn()],
    ['transformer', transformer(12)],
    ['transformer of 260 layers', transformer(260)],
    ...Array.from({ length: 60 }, (_, seed): readonly [string, Built] => [`random graph ${seed}`, randomGraph(seed)]),
    ...Array.from({ length: 4 }, (_, seed): readonly [string, Built] => [`large random graph ${seed}`, randomGraph(seed, 4000)]),
  ];

  it.each(models)('holds every node once and no edge against the order of members: %s', (_, built) => {
    const groups = groupsOf(built);
    expectWellFormed(built, groups);
    expect(againstOrder(built, groups)).toEqual([]);
  });

  it.each(models.slice(0, 4))('is the same each time: %s', (_, built) => {
    expect(groupsOf(built)).toEqual(groupsOf(built));
  });

  it('is one empty group for a graph without nodes', () => {
    const groups = groupsOf(new GraphBuilder());
    expectWellFormed(new GraphBuilder(), groups);
    expect(groups.count).toBe(1);
  });

  it('has a key of its own for each group, whatever the scopes are called', () => {
    const b = new GraphBuilder();
    let x = b.add('Placeholder', 'input');
    for (const name of ['a', 'b', 'a', 'a#2', '~repeat']) for (const op of ['Relu', 'Tanh']) x = b.add(op, `${name}/op${b.nodes.length}`, [x]);
    for (let k = 0; k < 3; k++) for (const op of ['Exp', 'Log']) x = b.add(op, `layer_${k}/${op}`, [x]);
    expect(groupsOf(b).keys).toEqual(['', 'a', 'b', 'a#2', 'a#2#2', '~repeat', '~repeat#2', 'layer_0', 'layer_1', 'layer_2']);
  });

  it('cuts a scope that an edge leaves and comes back to', () => {
    const b = new GraphBuilder();
    b.add('Relu', 'a/first', [b.add('Placeholder', 'input', [], 'input')]);
    b.add('Relu', 'b/x', ['a/first']);
    b.add('Relu', 'b/y', ['b/x']);
    b.add('Add', 'a/second', ['a/first', 'b/y']);
    b.add('Relu', 'a/third', ['a/second']);
    const groups = groupsOf(b);
    expect(groups.keys).toEqual(['', 'b', 'a']);
    expect([...listAt(groups.members, 0)]).toEqual([0, 1, ~1, ~2]);
  });

  it('calls the pieces of a scope by their number, and one inside a smaller scope by that', () => {
    const b = new GraphBuilder();
    let x = b.add('Placeholder', 'input');
    for (const name of ['a/x', 'a/y', 'b/x', 'b/y', 'a/z', 'a/w', 'b/z', 'b/w', 'a/c/x', 'a/c/y']) x = b.add('Relu', name, [x]);
    const groups = groupsOf(b);
    expect(groups.labels).toEqual(['', 'a', 'b', 'a #2', 'b #2', 'a/c']);
    expect(groups.keys).toEqual(['', 'a', 'b', 'a#2', 'b#2', 'a/c']);
  });

  it.each([
    ["TensorFlow's loop after its NextIteration", ['NextIteration', 'Enter', 'Switch', 'Identity', 'Merge', 'Exit'], [[1, 4], [4, 2], [2, 3], [3, 0], [0, 4], [2, 5]], [4]],
    ['another loop before its first node', ['Merge', 'Relu', 'Add', 'Identity'], [[3, 0], [0, 1], [1, 2], [2, 0], [1, 1]], [3, 4]],
  ] as const)('cuts %s', (_, ops, ends, closing) => {
    const b = new GraphBuilder();
    ops.forEach((op) => b.add(op, op));
    ends.forEach(([source, target]) => b.edges.push({ source, target, sourceOutput: 0, targetInput: 0 }));
    const groups = groupsOf(b);
    expectWellFormed(b, groups);
    expect(againstOrder(b, groups)).toEqual(closing);
  });
});
