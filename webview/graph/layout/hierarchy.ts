import type { EdgeTable, NodeTable } from '../../protocol';
import { listTable } from '../../tables';
import { cutScopes } from './cut';
import { loopEdges } from './loops';
import { GROUP_KINDS, type Groups } from './picture';
import { neighboursOf } from './rows';
import { relativeTo, scopesOf } from './scopes';

/**
 * The hierarchy of a graph from the names of its ops. At every level the members form no loop that the model itself does not
 * have. Linear in nodes and edges times depth of scopes; iterative. Equal input gives equal output.
 */
export function buildGroups(nodes: NodeTable, edges: EdgeTable): Groups {
  const scopes = scopesOf(nodes);
  const neighbours = neighboursOf(nodes.count, edges, loopEdges(nodes.count, edges));
  const { parent, scope, order, first, end, members } = cutScopes(neighbours, scopes);
  const paths = scope.map((one) => scopes.paths[one]!);
  const groupOf = new Int32Array(nodes.count);
  members.forEach((inside, group) => inside.forEach((member) => member >= 0 && (groupOf[member] = group)));
  const pieces = new Map<string, number>();
  const marks = paths.map((path) => {
    const piece = (pieces.get(path) ?? 0) + 1;
    pieces.set(path, piece);
    return piece > 1 ? `#${piece}` : '';
  });
  return {
    count: parent.length,
    parent: Int32Array.from(parent),
    kind: new Uint8Array(parent.length).fill(GROUP_KINDS.indexOf('scope')),
    labels: paths.map((path, group) => (group === 0 ? path : `${relativeTo(paths[parent[group]!]!, path)}${marks[group]!}`)),
    paths,
    keys: paths.map((path, group) => `${path}${marks[group]!}`),
    members: listTable(members),
    order,
    first: Int32Array.from(first),
    end: Int32Array.from(end),
    groupOf,
    shared: new Uint8Array(nodes.count),
  };
}
