import { cutLevel, scratchFor } from './cutLevel';
import type { LayoutInput } from './types';

/** One box: the part of a group whose members can stand together without an edge leaving it and coming back. */
export interface Cluster {
  readonly group: number;
  /** Index of the enclosing cluster, -1 for the whole graph. */
  readonly parent: number;
  readonly depth: number;
  /** Its own place in the enclosing cluster's items. */
  readonly item: number;
  /** Members from first to last in the direction of the edges: a node index, or `~cluster` for a nested box. */
  readonly items: number[];
}

export interface Clusters {
  /** Outer clusters come before those inside them. */
  readonly clusters: readonly Cluster[];
  /** Innermost cluster of each node, and the node's place in its items. */
  readonly clusterOf: Int32Array;
  readonly nodeItem: Int32Array;
}

/** Groups nodes by scope so that boxes form an acyclic graph at every level. A box has at least two members. */
export function buildClusters(input: LayoutInput): Clusters {
  const count = input.widths.length;
  const childGroup = childGroups(input);
  const scratch = scratchFor(input);
  const clusters: Cluster[] = [{ group: 0, parent: -1, depth: 0, item: 0, items: [] }];
  const members: number[][] = [Array.from({ length: count }, (_, node) => node)];
  const nodeItem = new Int32Array(count);
  for (let index = 0; index < clusters.length; index++) {
    const cluster = clusters[index]!;
    for (const part of cutLevel(scratch, index, members[index]!, (node) => childGroup(node, cluster.group))) {
      const first = part[0]!;
      const item = cluster.items.length;
      if (part.length === 1) {
        nodeItem[first] = item;
        cluster.items.push(first);
      } else {
        cluster.items.push(~clusters.length);
        clusters.push({ group: innermostShared(part, cluster.group, childGroup), parent: index, depth: cluster.depth + 1, item, items: [] });
        members.push(part);
      }
    }
    members[index] = [];
  }
  return { clusters, clusterOf: scratch.clusterOf, nodeItem };
}

type ChildGroup = (node: number, group: number) => number;

/** Group directly below `group` on the way down to a node, or -1 when the node is a direct member. */
function childGroups(input: LayoutInput): ChildGroup {
  const depth = new Int32Array(input.groupParent.length);
  for (let group = 1; group < depth.length; group++) depth[group] = depth[input.groupParent[group]!]! + 1;
  return (node, group) => {
    let at = input.groupOf[node]!;
    if (at === group) return -1;
    while (depth[at]! > depth[group]! + 1) at = input.groupParent[at]!;
    return at;
  };
}

function innermostShared(nodes: readonly number[], outer: number, childGroup: ChildGroup): number {
  const first = nodes[0]!;
  let group = childGroup(first, outer);
  for (;;) {
    const deeper = childGroup(first, group);
    if (deeper < 0 || nodes.some((node) => childGroup(node, group) !== deeper)) return group;
    group = deeper;
  }
}
