import type { ChangeTable, DisplayModule, EdgeMark, EdgeTable, GraphTables, GraphView, MarkTable, NodeTable, SnapshotTables, SnapshotView } from '../../../webview/protocol';
import { GONE, listTable, MARK_KINDS, NODE_KINDS, PRECISIONS, stringTable } from '../../../webview/tables';

/** Element types that a byte can number; the engine knows 33. */
const MOST_TYPES = 256;

/** The picture of a model as typed arrays: what crosses to the host and the webview. Linear. */
export function graphTables({ model, nodes, edges, snapshots }: GraphView): GraphTables {
  return { model, nodes: nodeTable(nodes), edges: edgeTable(edges), snapshots: snapshots.map((snapshot) => snapshotTables(snapshot)) };
}

/** One snapshot of it. Linear. */
export function snapshotTables({ precision, dtypes, marks, changes, nodeChange, ...rest }: SnapshotView): SnapshotTables {
  const types = new Distinct();
  types.indexOf('');
  const dtype = Uint8Array.from(dtypes, (type) => types.indexOf(type ?? ''));
  if (types.texts.length > MOST_TYPES) throw new Error(`${types.texts.length} element types`);
  return {
    ...rest,
    precision: Uint8Array.from(precision, (one) => (one === undefined ? GONE : PRECISIONS.indexOf(one))),
    dtypes: types.texts,
    dtype,
    marks: markTable(marks),
    changes: changeTable(changes, nodeChange ?? lastChanges(changes, precision.length)),
  };
}

/** Linear. */
export function nodeTable(nodes: GraphView['nodes']): NodeTable {
  const ops = new Distinct();
  const modules = new Distinct();
  const scopes = new Distinct();
  scopes.indexOf('');
  const ids: Record<number, string> = {};
  nodes.forEach(({ id, name }, node) => {
    if (id !== name) ids[node] = id;
  });
  return {
    count: nodes.length,
    names: stringTable(nodes.map(({ name }) => name)),
    ids,
    op: Uint32Array.from(nodes, ({ op }) => ops.indexOf(op)),
    ops: ops.texts,
    scope: Uint32Array.from(nodes, ({ scope }) => scopes.indexOf(scope.join('/'))),
    scopes: stringTable(scopes.texts),
    kind: Uint8Array.from(nodes, ({ kind }) => NODE_KINDS.indexOf(kind)),
    module: Int32Array.from(nodes, ({ module }) => (module === undefined ? -1 : modules.indexOf(JSON.stringify(module)))),
    modules: modules.texts.map((text) => JSON.parse(text) as DisplayModule),
  };
}

/** Linear. */
export function edgeTable(edges: GraphView['edges']): EdgeTable {
  return {
    count: edges.length,
    source: Int32Array.from(edges, ({ source }) => source),
    target: Int32Array.from(edges, ({ target }) => target),
    sourceOutput: Int32Array.from(edges, ({ sourceOutput }) => sourceOutput),
    targetInput: Int32Array.from(edges, ({ targetInput }) => targetInput),
    elements: Float64Array.from(edges, ({ elements }) => elements ?? NaN),
  };
}

function markTable(marks: readonly EdgeMark[]): MarkTable {
  const labels = new Distinct();
  const ids = new Distinct();
  return {
    count: marks.length,
    edge: Int32Array.from(marks, ({ edge }) => edge),
    kind: Uint8Array.from(marks, ({ kind }) => MARK_KINDS.indexOf(kind)),
    folded: Uint8Array.from(marks, ({ state }) => Number(state === 'folded')),
    label: Uint32Array.from(marks, ({ label }) => labels.indexOf(label)),
    labels: labels.texts,
    nodes: listTable(marks.map(({ nodes }) => nodes.map((id) => ids.indexOf(id)))),
    ids: stringTable(ids.texts),
    change: Int32Array.from(marks, ({ change }) => change ?? -1),
  };
}

function changeTable(changes: SnapshotView['changes'], nodeChange: ArrayLike<number>): ChangeTable {
  const rules = new Distinct();
  const reasons = new Distinct();
  return {
    count: changes.length,
    rule: Uint32Array.from(changes, ({ rule }) => rules.indexOf(rule)),
    rules: rules.texts,
    reason: Uint32Array.from(changes, ({ reason }) => reasons.indexOf(reason)),
    reasons: stringTable(reasons.texts),
    changesNumerics: Uint8Array.from(changes, ({ changesNumerics }) => Number(changesNumerics)),
    nodes: listTable(changes.map(({ nodes }) => nodes)),
    nodeChange: Int32Array.from(nodeChange),
  };
}

/** Of each node: the last change that touched it, or -1. */
function lastChanges(changes: SnapshotView['changes'], nodeCount: number): Int32Array {
  const last = new Int32Array(nodeCount).fill(-1);
  changes.forEach(({ nodes }, change) => nodes.forEach((node) => (last[node] = change)));
  return last;
}

/** Texts in the order they are first met. */
class Distinct {
  readonly texts: string[] = [];
  private readonly known = new Map<string, number>();

  indexOf(text: string): number {
    let index = this.known.get(text);
    if (index === undefined) this.known.set(text, (index = this.texts.push(text) - 1));
    return index;
  }
}
