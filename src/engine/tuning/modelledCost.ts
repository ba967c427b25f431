import type { TuningConfig } from '../config/config';
import type { Dialect } from '../dialect';
import type { DataType } from '../graph/dataType';
import { type Graph, type Node, type ValueRef, valueKey } from '../graph/graph';
import { readersOf } from '../graph/readerIndex';
import { nodePrecisions } from '../report/precision';
import type { Snapshot } from '../snapshot';
import { heirs } from '../phases/prepare/heirs';
import { CORE_PEAKS, type CorePeaks, DEFAULT_TARGET, ELEMENT_BYTES } from './costTable';
import { constantNodes, type ValueSizes, type Work } from './workload';

/** The opened model, measured in one run. */
export interface CostBasis {
  readonly graph: Graph;
  readonly works: ReadonlyMap<string, Work>;
  readonly sizes: ValueSizes;
  readonly dialect: Dialect;
}

/** A precision that takes time: what computes in none (integers, shapes) counts as FP32. */
type Timed = keyof typeof ELEMENT_BYTES;

/**
 * Modelled time of a snapshot on one core of the target, in cycles; it was never measured. A node takes what its
 * multiply-accumulates or its bytes take at the peaks of the core, whichever is longer (Williams et al., "Roofline", 2009),
 * and what runtimes fuse takes nothing: additions and activations on the accumulator of the op before them, Dequantize before
 * INT8 ops, Quantize behind them. Casts and other conversions move their bytes. Linear.
 */
export function modelledCycles(snapshot: Pick<Snapshot, 'graph' | 'plan'>, basis: CostBasis, target: TuningConfig['target_isa']): number {
  const { graph } = snapshot;
  const { dialect } = basis;
  const works = inheritedWorks(graph, basis);
  const peaks = CORE_PEAKS[target ?? DEFAULT_TARGET];
  const precisions = nodePrecisions(snapshot, dialect);
  const constants = constantNodes(graph, dialect);
  const readers = readersOf(graph);
  const timed = (id: string): Timed => {
    const precision = precisions.get(id);
    return precision === 'int8' || precision === 'bf16' ? precision : 'fp32';
  };
  const outputs = new Set(graph.outputs.map((output) => output.value.node));
  const readsInt8 = (id: string): boolean => !outputs.has(id) && [...readers.of(id)].every((reader) => timed(reader) === 'int8' || dialect.isQuantize(graph.nodes.get(reader)!));
  let cycles = 0;
  for (const node of graph.nodes.values()) {
    if (constants.has(node.id)) continue;
    const work = works.get(node.id);
    const precision = timed(node.id);
    if (isConversion(node, dialect)) cycles += conversionBytes(node, graph, basis, { timed, readsInt8 }) / peaks.bytes;
    else if (work !== undefined && !isFused(node, graph, dialect, constants, timed)) cycles += nodeCycles(work, precision, precision === 'int8' && !readsInt8(node.id), peaks);
  }
  return cycles;
}

/** Works by the ids of `graph`: an op that has another id there took its multiply-accumulates and what it reads along. */
function inheritedWorks(graph: Graph, { graph: opened, works, dialect }: CostBasis): ReadonlyMap<string, Work> {
  const inherited = new Map(works);
  for (const [id, heir] of heirs(opened, graph, dialect)) {
    const [before, after] = [works.get(id), works.get(heir)];
    if (before !== undefined && after !== undefined) inherited.set(heir, { ...before, writes: after.writes });
  }
  return inherited;
}

function nodeCycles({ multiplyAdds, reads, writes }: Work, precision: Timed, writesFp32: boolean, peaks: CorePeaks): number {
  const bytes = reads * ELEMENT_BYTES[precision] + writes * ELEMENT_BYTES[writesFp32 ? 'fp32' : precision];
  return Math.max(multiplyAdds / peaks.multiplyAdds[precision], bytes / peaks.bytes);
}

function isConversion(node: Node, dialect: Dialect): boolean {
  return dialect.isCast(node) || dialect.isQuantize(node) || dialect.isDequantize(node);
}

/** Whether the op before it computes it along: an addition or activation in the same precision, or one that folding left behind. */
function isFused(node: Node, graph: Graph, dialect: Dialect, constants: ReadonlySet<string>, timed: (id: string) => Timed): boolean {
  if (!dialect.isEpilogue(node, graph)) return false;
  const producer = node.inputs.find((value) => !constants.has(value.node));
  return producer !== undefined && timed(producer.node) === timed(node.id) && !isConversion(graph.nodes.get(producer.node)!, dialect);
}

interface Surroundings {
  readonly timed: (id: string) => Timed;
  readonly readsInt8: (id: string) => boolean;
}

/** Bytes that a Cast, Quantize or Dequantize moves. */
function conversionBytes(node: Node, graph: Graph, basis: CostBasis, { timed, readsInt8 }: Surroundings): number {
  const { dialect } = basis;
  const source = node.inputs[0];
  if (source === undefined) return 0;
  if (dialect.isQuantize(node) && timed(source.node) === 'int8') return 0;
  if (dialect.isDequantize(node) && readsInt8(node.id)) return 0;
  const elements = tracedElements(source, graph, basis);
  if (!dialect.isCast(node)) return elements * (ELEMENT_BYTES.fp32 + ELEMENT_BYTES.int8);
  const bytes = (type: DataType | undefined): number => ELEMENT_BYTES[type === 'bfloat16' ? 'bf16' : 'fp32'];
  return elements * (bytes(dialect.inputType(node, 0)) + bytes(dialect.outputTypes(node)[0]));
}

/** Elements of a value of a converted graph: those of the value of the opened graph that it was converted from. */
function tracedElements(value: ValueRef, graph: Graph, { sizes }: CostBasis): number {
  for (let at: ValueRef | undefined = value; at !== undefined; at = graph.nodes.get(at.node)?.inputs[0]) {
    const size = sizes.get(valueKey(at));
    if (size !== undefined) return size.times * size.shape.reduce((all, length) => all * length, 1);
  }
  return 0;
}
