import type { EdgeMark, GraphTables, GraphView, SnapshotTables, SnapshotView } from '../protocol';
import { listAt, MARK_KINDS, NODE_KINDS, nodeId, PRECISIONS, textAt } from '../tables';

/** The tables of a graph as one object per node and edge. */
export function readGraph({ model, nodes, edges, snapshots }: GraphTables): GraphView {
  return {
    model,
    nodes: Array.from({ length: nodes.count }, (_, node) => {
      const scope = textAt(nodes.scopes, nodes.scope[node]!);
      return { id: nodeId(nodes, node), name: textAt(nodes.names, node), op: nodes.ops[nodes.op[node]!]!, scope: scope === '' ? [] : scope.split('/'), kind: NODE_KINDS[nodes.kind[node]!]! };
    }),
    edges: Array.from({ length: edges.count }, (_, edge) => ({
      source: edges.source[edge]!,
      target: edges.target[edge]!,
      sourceOutput: edges.sourceOutput[edge]!,
      targetInput: edges.targetInput[edge]!,
    })),
    snapshots: snapshots.map(readSnapshot),
  };
}

export function readSnapshot(tables: SnapshotTables): SnapshotView {
  const { marks, precision, dtype, dtypes, changes } = tables;
  return {
    ...tables,
    precision: Array.from(precision, (code) => PRECISIONS[code]),
    dtypes: Array.from(dtype, (code) => dtypes[code] || undefined),
    marks: Array.from({ length: marks.count }, (_, mark): EdgeMark => ({
      edge: marks.edge[mark]!,
      kind: MARK_KINDS[marks.kind[mark]!]!,
      state: marks.folded[mark] === 1 ? 'folded' : 'inserted',
      label: marks.labels[marks.label[mark]!]!,
      nodes: Array.from(listAt(marks.nodes, mark), (id) => textAt(marks.ids, id)),
    })),
    changes: Array.from({ length: changes.count }, (_, change) => ({
      rule: changes.rules[changes.rule[change]!]!,
      reason: textAt(changes.reasons, change),
      nodes: Array.from(listAt(changes.nodes, change)),
      changesNumerics: changes.changesNumerics[change] === 1,
    })),
  };
}
