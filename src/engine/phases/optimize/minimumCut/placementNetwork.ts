import type { Progress } from '../../../host';
import { flowNetwork, type FlowNetwork } from './flowNetwork';
import { BF16, FP32, type PlacementProblem } from './placementProblem';
import { mergeTies } from './tiedGroups';

/** A vertex (0 and up), or ~group of a fixed group, which is the source itself when BF16 and the sink itself when FP32. */
type End = number;
/** The end at a constant's producer, and at the readers of a value that none reads. */
const NOTHING: End = -(2 ** 31);
const VALUES_BETWEEN_CHECKS = 1 << 16;

/** Cast placement as a minimum cut: the source's side is BF16, the sink's side FP32. */
export interface PlacementNetwork {
  readonly network: FlowNetwork;
  readonly supply: Float64Array;
  readonly demand: Float64Array;
  /** Of each vertex, a fixed or rewarded group that is behind some of its supply, or demand; -1 where none is. */
  readonly supplier: Int32Array;
  readonly demander: Int32Array;
  /** Where each group is. */
  readonly groupEnd: Int32Array;
  /** Of each value, where its readers meet as "some reader is BF16", and as "some reader is FP32". */
  readonly bf16Readers: Int32Array;
  readonly fp32Readers: Int32Array;
  /** Costs that every placement pays. */
  readonly unavoidable: number;
}

interface Builder {
  vertexCount: number;
  edgeCount: number;
  unavoidable: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly capacity: Float64Array;
  readonly reverseCapacity: Float64Array;
  readonly supply: Float64Array;
  readonly demand: Float64Array;
  readonly supplier: Int32Array;
  readonly demander: Int32Array;
}

/**
 * Builds the network in linear time and memory. The cost of a value's Cast to BF16 is an edge from its readers to its producer,
 * cut exactly when some reader is BF16 and the producer FP32; that of its Cast to FP32 an edge from the producer to the readers.
 * Where several free readers share the Cast they meet in a vertex of their own over edges that are never cut (V. Kolmogorov and
 * R. Zabih, "What energy functions can be minimized via graph cuts?", 2004). Fixed groups are no vertices: an edge at one is a
 * supply or demand at its other end.
 *
 * @throws Error when a tie joins FP32 with BF16, and what `progress.throwIfCancelled` throws.
 */
export function placementNetwork(problem: PlacementProblem, progress: Progress): PlacementNetwork {
  const { classes, rewards, producers, firstReader, readers, promotes, costToBf16, costToFp32 } = problem;
  const { representative, fixed } = mergeTies(classes, problem.ties);
  const groupEnd = new Int32Array(classes.length);
  let freeGroups = 0;
  for (let group = 0; group < classes.length; group++) {
    if (representative[group] === group) groupEnd[group] = fixed[group] === -1 ? freeGroups++ : ~fixed[group]!;
  }
  for (let group = 0; group < classes.length; group++) groupEnd[group] = groupEnd[representative[group]!]!;
  const isFixed = (end: End, type: number): boolean => end < 0 && end !== NOTHING && classes[~end] === type;

  const valueCount = producers.length;
  const builder = createBuilder(freeGroups, valueCount, readers.length);
  for (let group = 0; group < classes.length; group++) {
    const end = groupEnd[group]!;
    if (end >= 0) connect(builder, ~group, end, rewards[group]!);
    else if (isFixed(end, FP32)) builder.unavoidable += rewards[group]!;
  }

  const bf16Readers = new Int32Array(valueCount).fill(NOTHING);
  const fp32Readers = new Int32Array(valueCount).fill(NOTHING);
  const lastRead = new Int32Array(classes.length).fill(-1);
  /** Free readers of a value, and those of them that want a Cast to FP32 where they are FP32. */
  const free = new Int32Array(readers.length);
  const casting = new Int32Array(readers.length);
  for (let value = 0; value < valueCount; value++) {
    if (value % VALUES_BETWEEN_CHECKS === 0) progress.throwIfCancelled();
    const isConstant = producers[value]! < 0;
    const producer = isConstant ? NOTHING : groupEnd[producers[value]!]!;
    if (!isConstant) lastRead[representative[producers[value]!]!] = value;
    let freeCount = 0;
    let castingCount = 0;
    let bf16: End = NOTHING;
    let fp32: End = NOTHING;
    for (let index = firstReader[value]!; index < firstReader[value + 1]!; index++) {
      const group = representative[readers[index]!]!;
      if (lastRead[group] === value) continue;
      const promoted = promotes[index] === 1;
      if (!promoted) lastRead[group] = value;
      const end = groupEnd[group]!;
      if (end >= 0) {
        free[freeCount++] = end;
        if (!promoted) casting[castingCount++] = end;
      } else if (isFixed(end, BF16)) bf16 = end;
      else if (!promoted) fp32 = end;
    }
    if (costToBf16[value]! > 0 && !isFixed(producer, BF16)) {
      if (bf16 === NOTHING && freeCount > 0) bf16 = meet(builder, free, freeCount, true);
      if (bf16 !== NOTHING) connect(builder, bf16, producer, costToBf16[value]!);
      bf16Readers[value] = bf16;
    }
    if (costToFp32[value]! > 0 && !isFixed(producer, FP32)) {
      if (fp32 === NOTHING && castingCount > 0) fp32 = meet(builder, casting, castingCount, false);
      if (fp32 !== NOTHING) connect(builder, producer, fp32, costToFp32[value]!);
      fp32Readers[value] = fp32;
    }
  }
  const { vertexCount, unavoidable, supplier, demander } = builder;
  return {
    network: flowNetwork(vertexCount, { ...builder, count: builder.edgeCount }),
    supply: builder.supply.subarray(0, vertexCount),
    demand: builder.demand.subarray(0, vertexCount),
    supplier, demander, groupEnd, bf16Readers, fp32Readers, unavoidable,
  };
}

/** Arrays as large as the worst case; memory that is never touched is never taken. */
function createBuilder(freeGroups: number, values: number, readers: number): Builder {
  const vertices = freeGroups + 2 * values;
  const edges = 2 * (readers + values);
  return {
    vertexCount: freeGroups, edgeCount: 0, unavoidable: 0,
    from: new Int32Array(edges), to: new Int32Array(edges),
    capacity: new Float64Array(edges), reverseCapacity: new Float64Array(edges),
    supply: new Float64Array(vertices), demand: new Float64Array(vertices),
    supplier: new Int32Array(vertices).fill(-1), demander: new Int32Array(vertices).fill(-1),
  };
}

/** Makes `cost` due when `tail` is BF16 and `head` FP32. */
function connect(builder: Builder, tail: End, head: End, cost: number): void {
  const last = builder.edgeCount - 1;
  if (cost === 0) return;
  if (tail < 0 && head < 0) {
    builder.unavoidable += cost;
  } else if (tail < 0) {
    builder.supply[head]! += cost;
    if (tail !== NOTHING) builder.supplier[head] = ~tail;
  } else if (head < 0) {
    builder.demand[tail]! += cost;
    if (head !== NOTHING) builder.demander[tail] = ~head;
  } else if (last >= 0 && builder.from[last] === head && builder.to[last] === tail) {
    builder.reverseCapacity[last]! += cost;
  } else {
    addEdge(builder, tail, head, cost);
  }
}

/** The vertex of one free reader, or a new one that is BF16 as soon as some reader is (edges lead `inwards`), or FP32 as soon as some reader is. */
function meet(builder: Builder, free: Int32Array, count: number, inwards: boolean): End {
  if (count === 1) return free[0]!;
  const vertex = builder.vertexCount++;
  for (let index = 0; index < count; index++) {
    if (inwards) addEdge(builder, free[index]!, vertex, Infinity);
    else addEdge(builder, vertex, free[index]!, Infinity);
  }
  return vertex;
}

function addEdge(builder: Builder, from: number, to: number, capacity: number): void {
  const edge = builder.edgeCount++;
  builder.from[edge] = from;
  builder.to[edge] = to;
  builder.capacity[edge] = capacity;
}
