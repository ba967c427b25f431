import type { DisplayEdge, DisplayNode, EdgeMark, GraphView, PhaseName, Precision, SnapshotView } from '../../../webview/protocol';

/** Collects nodes and edges of a picture; ids are names. */
export class GraphBuilder {
  readonly nodes: DisplayNode[] = [];
  readonly edges: DisplayEdge[] = [];
  private readonly index = new Map<string, number>();

  add(op: string, name: string, inputs: readonly string[] = [], kind: DisplayNode['kind'] = 'op'): string {
    const target = this.nodes.push({ id: name, name, op, scope: name.split('/').slice(0, -1), kind }) - 1;
    this.index.set(name, target);
    inputs.forEach((input, targetInput) => this.edges.push({ source: this.index.get(input)!, target, sourceOutput: 0, targetInput }));
    return name;
  }
}

export type PrecisionOf = (node: DisplayNode) => Precision | undefined;

const fp32OrBf16 = (precision: Precision | undefined): string => (precision === 'bf16' ? 'B' : 'F');

/** Marks of a snapshot in which each node has the given precision: QDQ around INT8, Casts between FP32 and BF16, ghosts of those gone since. */
export function marksOf(graph: Pick<GraphView, 'nodes' | 'edges'>, precision: readonly (Precision | undefined)[], before: readonly EdgeMark[]): EdgeMark[] {
  const marks: EdgeMark[] = [];
  graph.edges.forEach((edge, index) => {
    const from = precision[edge.source];
    const to = precision[edge.target];
    if (from === undefined || to === undefined) return;
    const name = graph.nodes[edge.source]!.name;
    if ((from === 'int8') !== (to === 'int8')) marks.push({ edge: index, kind: 'quantize', state: 'inserted', label: '8', nodes: [`${name}/quantize`, `${name}/dequantize`] });
    const labels = [fp32OrBf16(from), fp32OrBf16(to)];
    if (labels[0] !== labels[1]) marks.push({ edge: index, kind: 'cast', state: 'inserted', label: labels.join('→'), nodes: [`${name}/cast`] });
  });
  const standing = new Set(marks.map(({ edge, kind }) => `${edge} ${kind}`));
  const folded = before.filter(({ edge, kind }) => !standing.has(`${edge} ${kind}`));
  return [...marks, ...folded.map((mark): EdgeMark => ({ ...mark, state: 'folded', label: mark.kind === 'cast' && !mark.label.includes('→F→') ? `${mark.label}→${mark.label[0]}` : mark.label }))];
}

export function snapshot(graph: Pick<GraphView, 'nodes' | 'edges'>, phase: PhaseName | undefined, of: PrecisionOf, before?: SnapshotView): SnapshotView {
  const precision = graph.nodes.map(of);
  const marks = marksOf(graph, precision, before?.marks ?? []);
  const count = (wanted: Precision): number => precision.filter((p) => p === wanted).length;
  const inserted = (kind: EdgeMark['kind']): number => marks.filter((mark) => mark.kind === kind && mark.state === 'inserted').length;
  return {
    phase,
    precision,
    dtypes: precision.map((one) => (one === 'bf16' ? 'bfloat16' : 'float32')),
    ops: {},
    marks,
    counts: { fp32: count('fp32'), bf16: count('bf16'), int8: count('int8'), other: count('other') },
    casts: inserted('cast'),
    quantizes: inserted('quantize'),
    dequantizes: inserted('quantize'),
    changes: phase === undefined ? [] : marks.map(({ edge, kind, label }) => ({ rule: `insert-${kind}`, reason: `${label} on an edge.`, nodes: [graph.edges[edge]!.source, graph.edges[edge]!.target], changesNumerics: false })),
  };
}
