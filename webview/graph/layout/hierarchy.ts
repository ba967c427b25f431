import type { EdgeTable, NodeTable } from '../../protocol';
import { listTable } from '../../tables';
import { cutScopes, type Pieces } from './hierarchy/cut';
import { namesOf, type NameIn } from './hierarchy/groupLabels';
import { findLoops } from './hierarchy/loops';
import { GROUP_KINDS, type Groups } from './picture';
import { refine } from './hierarchy/refine';
import { neighboursOf } from './hierarchy/rows';
import { scopesOf } from './scopes';
import { sharedValues } from './hierarchy/sharedValues';
import type { Tree } from './hierarchy/tree';
import { valuesBetween } from './hierarchy/valuesBetween';

/**
 * The hierarchy of a graph from the names of its ops, their repetition and number. At every level the members form no loop that
 * the model itself does not have; values drawn as stubs are no edges. Linear in nodes and edges times depth of groups; iterative. Equal input gives equal output.
 */
export function buildGroups(nodes: NodeTable, edges: EdgeTable): Groups {
  const scopes = scopesOf(nodes);
  const { closing, order } = findLoops(nodes, edges);
  const shared = sharedValues(nodes, neighboursOf(nodes.count, edges, closing), order, scopes.scopeOf);
  const left = closing.map((closes, edge) => closes | shared[edges.source[edge]!]!);
  const neighbours = neighboursOf(nodes.count, edges, left);
  const tree = treeOf(cutScopes(neighbours, scopes, shared));
  const nameIn = namesOf(tree, nodes, scopes.paths);
  refine(tree, { op: nodes.op, neighbours, connected: connectedNodes(nodes.count, edges), valuesBetween: valuesBetween(tree, neighbours), nameIn });
  return { ...groupsOf(tree, scopes.paths, nameIn), shared };
}

/** 1 for nodes at the end of an edge. */
function connectedNodes(count: number, { source, target }: EdgeTable): Uint8Array {
  const connected = new Uint8Array(count);
  for (const ends of [source, target]) for (const node of ends) connected[node] = 1;
  return connected;
}

function treeOf({ scope, order, first, end, members }: Pieces): Tree {
  const place = new Int32Array(order.length);
  order.forEach((node, at) => (place[node] = at));
  return { kind: scope.map(() => 'scope'), scope: [...scope], prefix: scope.map(() => ''), members: members.map((inside) => [...inside]), first: [...first], end: [...end], order, place };
}

const KIND_OF: Readonly<Record<Tree['kind'][number], (typeof GROUP_KINDS)[number]>> = { scope: 'scope', prefix: 'range', period: 'range', part: 'range', repeat: 'repeat' };

/** Numbers the groups so that parents come before their children. */
function groupsOf(tree: Tree, scopePaths: readonly string[], nameIn: NameIn): Omit<Groups, 'shared'> {
  const count = tree.members.length;
  const oldOf = [0];
  const parent = new Int32Array(count).fill(-1);
  const groupOf = new Int32Array(tree.order.length);
  const members: number[][] = [];
  for (let group = 0; group < count; group++) {
    members.push(
      tree.members[oldOf[group]!]!.map((member) => {
        if (member >= 0) {
          groupOf[member] = group;
          return member;
        }
        parent[oldOf.length] = group;
        return ~(oldOf.push(~member) - 1);
      }),
    );
  }
  const labels = oldOf.map((old, group) => (group === 0 ? scopePaths[0]! : nameIn(tree.scope[oldOf[parent[group]!]!]!, ~old)));
  return {
    count,
    parent,
    kind: Uint8Array.from(oldOf, (old) => GROUP_KINDS.indexOf(KIND_OF[tree.kind[old]!])),
    labels,
    paths: oldOf.map((old) => scopePaths[tree.scope[old]!]!),
    keys: keysOf(tree, oldOf, parent, scopePaths),
    members: listTable(members),
    order: tree.order,
    first: Int32Array.from(oldOf, (old) => tree.first[old]!),
    end: Int32Array.from(oldOf, (old) => tree.end[old]!),
    groupOf,
  };
}

/** Path and number of a piece of a scope; of other groups the key of their parent and their number in it. */
function keysOf(tree: Tree, oldOf: readonly number[], parent: Int32Array, scopePaths: readonly string[]): string[] {
  const times = new Map<string, number>();
  const unique = (key: string): string => {
    const time = (times.get(key) ?? 0) + 1;
    times.set(key, time);
    return time === 1 ? key : unique(`${key}#${time}`);
  };
  const keys: string[] = [];
  oldOf.forEach((old, group) => {
    const kind = tree.kind[old]!;
    keys.push(unique(kind === 'scope' ? scopePaths[tree.scope[old]!]! : `${keys[parent[group]!]!}~${KIND_OF[kind]}`));
  });
  return keys;
}
