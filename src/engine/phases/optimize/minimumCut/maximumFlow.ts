import type { Progress } from '../../../host';
import type { FlowNetwork } from './flowNetwork';

/** A maximum flow and the minimum cut that proves it: flow value = capacity of the arcs, supplies and demands cut. */
export interface MaximumFlow {
  readonly value: number;
  /** Net flow of each arc; its mate carries the negative. */
  readonly flow: Float64Array;
  /** What enters at each vertex from its supply, and what leaves by its demand. */
  readonly supplied: Float64Array;
  readonly demanded: Float64Array;
  /** 1 where the vertex is on the source side of the minimum cut whose source side is smallest. */
  readonly onSourceSide: Uint8Array;
}

interface State {
  readonly network: FlowNetwork;
  readonly supply: Float64Array;
  readonly demand: Float64Array;
  readonly flow: Float64Array;
  readonly supplied: Float64Array;
  readonly demanded: Float64Array;
  /** Arcs to the nearest vertex with demand left, UNREACHABLE, or UNSEEN while its region is not found yet. */
  readonly distance: Int32Array;
  /** The first arc of each vertex that may still lead nearer. */
  readonly nextArc: Int32Array;
  /** The vertices, region by region. */
  readonly regions: Int32Array;
  readonly queue: Int32Array;
  readonly path: Int32Array;
  readonly step: () => void;
}

const UNREACHABLE = -2;
const UNSEEN = -3;
const STEPS_BETWEEN_CHECKS = 1 << 16;

/**
 * Maximum flow from the source to the sink, which are not vertices: vertex v may take in up to supply[v] from the source and
 * give up to demand[v] to the sink. All capacities are whole numbers or Infinity, none negative; sums are exact below 2^53.
 *
 * E. A. Dinic, "Algorithm for solution of a problem of maximum flow in networks with power estimation" (1970): each round
 * measures distances to the sink in the residual network, then blocks every shortest way. Two liberties keep the number of
 * rounds small: a round serves supplies at every distance, and regions not connected with each other are solved one by one.
 *
 * @throws Error when the flow is unbounded, and what `progress.throwIfCancelled` throws.
 */
export function maximumFlow(network: FlowNetwork, supply: Float64Array, demand: Float64Array, progress: Progress): MaximumFlow {
  const state = createState(network, supply, demand, progress);
  let value = 0;
  let end = 0;
  for (let vertex = 0; vertex < network.vertexCount; vertex++) {
    if (state.distance[vertex] !== UNSEEN) continue;
    const start = end;
    end = collectRegion(state, vertex, start);
    for (;;) {
      measureDistances(state, start, end);
      const gained = block(state, start, end);
      if (gained === 0) break;
      value += gained;
    }
  }
  const { flow, supplied, demanded } = state;
  return { value, flow, supplied, demanded, onSourceSide: reachableFromSource(state) };
}

function createState(network: FlowNetwork, supply: Float64Array, demand: Float64Array, progress: Progress): State {
  const count = network.vertexCount;
  let steps = 0;
  return {
    network, supply, demand,
    flow: new Float64Array(network.head.length),
    supplied: new Float64Array(count),
    demanded: new Float64Array(count),
    distance: new Int32Array(count).fill(UNSEEN),
    nextArc: new Int32Array(count),
    regions: new Int32Array(count),
    queue: new Int32Array(count),
    path: new Int32Array(count),
    step: () => {
      if (++steps % STEPS_BETWEEN_CHECKS === 0) progress.throwIfCancelled();
    },
  };
}

/** Appends to `regions` from `start` all that is connected with `vertex`. Returns the end. */
function collectRegion(state: State, vertex: number, start: number): number {
  const { network: { firstArc, head }, distance, regions, step } = state;
  let end = start;
  distance[vertex] = UNREACHABLE;
  regions[end++] = vertex;
  for (let position = start; position < end; position++) {
    step();
    const tail = regions[position]!;
    for (let arc = firstArc[tail]!; arc < firstArc[tail + 1]!; arc++) {
      const next = head[arc]!;
      if (distance[next] !== UNSEEN) continue;
      distance[next] = UNREACHABLE;
      regions[end++] = next;
    }
  }
  return end;
}

/** Distances to the sink in the residual network of one region, breadth first from the vertices with demand left. */
function measureDistances(state: State, start: number, end: number): void {
  const { network: { firstArc, head, mate, capacity }, demand, demanded, flow, distance, nextArc, regions, queue, step } = state;
  let queued = 0;
  for (let position = start; position < end; position++) {
    const vertex = regions[position]!;
    nextArc[vertex] = firstArc[vertex]!;
    const isSink = demanded[vertex]! < demand[vertex]!;
    distance[vertex] = isSink ? 0 : UNREACHABLE;
    if (isSink) queue[queued++] = vertex;
  }
  for (let position = 0; position < queued; position++) {
    step();
    const vertex = queue[position]!;
    const farther = distance[vertex]! + 1;
    for (let arc = firstArc[vertex]!; arc < firstArc[vertex + 1]!; arc++) {
      const next = head[arc]!;
      // Whether the mate, from `next` to `vertex`, can take more: it carries -flow[arc].
      if (distance[next] !== UNREACHABLE || capacity[mate[arc]!]! + flow[arc]! <= 0) continue;
      distance[next] = farther;
      queue[queued++] = next;
    }
  }
}

/** Pushes flow until no supply of the region has a way on which the distance falls by one with every arc. Returns what was pushed. */
function block(state: State, start: number, end: number): number {
  const { supply, supplied, distance, regions } = state;
  let gained = 0;
  for (let position = start; position < end; position++) {
    const vertex = regions[position]!;
    if (supplied[vertex]! < supply[vertex]! && distance[vertex]! >= 0) gained += drain(state, vertex);
  }
  return gained;
}

/** Depth first from one vertex with supply left, as far as the distances of this round lead. Returns what was pushed. */
function drain(state: State, origin: number): number {
  const { network: { firstArc, head, mate, capacity }, supply, supplied, demand, demanded, flow, distance, nextArc, path, step } = state;
  const before = supplied[origin]!;
  let length = 0;
  let vertex = origin;
  for (;;) {
    step();
    if (demanded[vertex]! < demand[vertex]! && distance[vertex] === 0) {
      length = push(state, origin, vertex, length);
      if (supplied[origin] === supply[origin]) break;
      vertex = length === 0 ? origin : head[path[length - 1]!]!;
      continue;
    }
    const nearer = distance[vertex]! - 1;
    const last = firstArc[vertex + 1]!;
    let arc = nextArc[vertex]!;
    while (arc < last && !(distance[head[arc]!] === nearer && capacity[arc]! > flow[arc]!)) arc++;
    nextArc[vertex] = arc;
    if (arc < last) {
      path[length++] = arc;
      vertex = head[arc]!;
    } else {
      distance[vertex] = UNREACHABLE;
      if (length === 0) break;
      vertex = head[mate[path[--length]!]!]!;
    }
  }
  return supplied[origin]! - before;
}

/** Pushes what the path can take. Returns how much of the path comes before its first full arc. */
function push(state: State, origin: number, target: number, length: number): number {
  const { network: { mate, capacity }, supply, supplied, demand, demanded, flow, path, step } = state;
  let amount = Math.min(supply[origin]! - supplied[origin]!, demand[target]! - demanded[target]!);
  for (let index = 0; index < length; index++) amount = Math.min(amount, capacity[path[index]!]! - flow[path[index]!]!);
  if (amount === Infinity) throw new Error('Internal inconsistency: unbounded flow, since only infinite capacities lie between source and sink.');
  supplied[origin]! += amount;
  demanded[target]! += amount;
  let firstFull = length;
  for (let index = length - 1; index >= 0; index--) {
    step();
    const arc = path[index]!;
    flow[arc]! += amount;
    flow[mate[arc]!]! -= amount;
    if (flow[arc] === capacity[arc]) firstFull = index;
  }
  return firstFull;
}

/** What the supplies left over still reach in the residual network: the smallest source side of any minimum cut. */
function reachableFromSource(state: State): Uint8Array {
  const { network: { vertexCount, firstArc, head, capacity }, supply, supplied, flow, queue, step } = state;
  const reached = new Uint8Array(vertexCount);
  let queued = 0;
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    if (supplied[vertex]! >= supply[vertex]!) continue;
    reached[vertex] = 1;
    queue[queued++] = vertex;
  }
  for (let position = 0; position < queued; position++) {
    step();
    const vertex = queue[position]!;
    for (let arc = firstArc[vertex]!; arc < firstArc[vertex + 1]!; arc++) {
      const next = head[arc]!;
      if (reached[next] === 1 || capacity[arc]! <= flow[arc]!) continue;
      reached[next] = 1;
      queue[queued++] = next;
    }
  }
  return reached;
}
