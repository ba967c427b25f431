import type { PrecisionCounts } from '../../../webview/protocol';
import type { Dialect } from '../dialect';
import type { Graph } from '../graph/graph';
import type { Snapshot } from '../snapshot';
import { countMissing, floatCasts } from './castCounts';
import { nodePrecisions } from './precision';

/** Numbers of a snapshot; boundaries that the opened model came with are its own and not counted. */
export interface SnapshotCounts {
  readonly precision: PrecisionCounts;
  /** Casts between FP32 and BF16. */
  readonly casts: number;
  readonly quantizes: number;
  readonly dequantizes: number;
}

/** Counts of a snapshot, which conversion made of `opened`. Every node counts once under `precision`. Linear. */
export function countSnapshot(snapshot: Snapshot, opened: Graph, dialect: Dialect): SnapshotCounts {
  const { graph } = snapshot;
  const precision = { fp32: 0, bf16: 0, int8: 0, other: 0 };
  for (const value of nodePrecisions(snapshot, dialect).values()) precision[value]++;
  const casts = countMissing(floatCasts(graph, dialect), floatCasts(opened, dialect));
  let [quantizes, dequantizes] = [0, 0];
  for (const node of graph.nodes.values()) {
    if (dialect.isQuantize(node) && !opened.nodes.has(node.id)) quantizes++;
    else if (dialect.isDequantize(node) && !opened.nodes.has(node.id)) dequantizes++;
  }
  return { precision, casts, quantizes, dequantizes };
}
