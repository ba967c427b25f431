import type { Progress } from '../../../host';
import type { FlowNetwork } from './flowNetwork';

/** A maximum flow and the minimum cut that proves it: the value is what the arcs, supplies and demands over the cut can take. */
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

/** The source or the sink: what each vertex may exchange with it, and does. */
interface Terminal {
  readonly limit: Float64Array;
  readonly used: Float64Array;
  /** The vertices of the region at hand with something left, the first `activeCount`. */
  readonly active: Int32Array;
  activeCount: number;
}

interface State {
  readonly network: FlowNetwork;
  readonly flow: Float64Array;
  readonly source: Terminal;
  readonly sink: Terminal;
  /** Arcs to the nearest start of the search, or UNREACHED. */
  readonly distance: Int32Array;
  /** The first arc of each vertex that may still lead nearer. */
  readonly nextArc: Int32Array;
  readonly queue: Int32Array;
  readonly path: Int32Array;
  readonly step: () => void;
}

/** A search from one terminal and the pushes towards it. */
interface Round {
  readonly near: Terminal;
  readonly far: Terminal;
  /** 1 when pushes go along the arcs, to the sink; -1 when they go against them, to the source. */
  readonly sign: 1 | -1;
  /** What arcs can take on the way towards `near`, and away from it. */
  readonly towards: Float64Array;
  readonly away: Float64Array;
}

const UNREACHED = -2;
const STEPS_BETWEEN_CHECKS = 1 << 16;
/** How much farther than the nearest way a round looks: rounds are few where ways have many lengths, and small where they are short. */
const REACH = 2;

/**
 * Maximum flow from the source to the sink, which are not vertices: vertex v may take in up to supply[v] from the source and
 * give up to demand[v] to the sink. All capacities are whole numbers or Infinity, none negative; sums are exact below 2^53.
 *
 * E. A. Dinic, "Algorithm for solution of a problem of maximum flow in networks with power estimation" (1970): each round
 * measures distances in the residual network and blocks every shortest way, so that the least distance grows. Three liberties
 * make rounds few and small: regions not connected with each other are solved one by one, a round starts from the terminal
 * with fewer vertices left, and it serves ways up to REACH times the shortest.
 *
 * @throws Error when the flow is unbounded, and what `progress.throwIfCancelled` throws.
 */
export function maximumFlow(network: FlowNetwork, supply: Float64Array, demand: Float64Array, progress: Progress): MaximumFlow {
  const count = network.vertexCount;
  let steps = 0;
  const state: State = {
    network,
    flow: new Float64Array(network.head.length),
    source: terminal(supply),
    sink: terminal(demand),
    distance: new Int32Array(count).fill(UNREACHED),
    nextArc: new Int32Array(count),
    queue: new Int32Array(count),
    path: new Int32Array(count),
    step: () => {
      if (++steps % STEPS_BETWEEN_CHECKS === 0) progress.throwIfCancelled();
    },
  };
  let value = 0;
  const seen = new Uint8Array(count);
  for (let vertex = 0; vertex < count; vertex++) {
    if (seen[vertex] === 1) continue;
    collectRegion(state, vertex, seen);
    value += solveRegion(state);
  }
  const { flow, source, sink } = state;
  return { value, flow, supplied: source.used, demanded: sink.used, onSourceSide: reachableFromSource(state) };
}

function terminal(limit: Float64Array): Terminal {
  return { limit, used: new Float64Array(limit.length), active: new Int32Array(limit.length), activeCount: 0 };
}

/** Finds the supplies and demands of all that is connected with `vertex`. */
function collectRegion({ network: { firstArc, head }, source, sink, queue, step }: State, vertex: number, seen: Uint8Array): void {
  source.activeCount = sink.activeCount = 0;
  let queued = 0;
  seen[vertex] = 1;
  queue[queued++] = vertex;
  for (let position = 0; position < queued; position++) {
    step();
    const tail = queue[position]!;
    if (source.limit[tail]! > 0) source.active[source.activeCount++] = tail;
    if (sink.limit[tail]! > 0) sink.active[sink.activeCount++] = tail;
    for (let arc = firstArc[tail]!; arc < firstArc[tail + 1]!; arc++) {
      const next = head[arc]!;
      if (seen[next] === 1) continue;
      seen[next] = 1;
      queue[queued++] = next;
    }
  }
}

/** Returns the region's flow. */
function solveRegion(state: State): number {
  const { network: { capacity, reverseCapacity }, source, sink, distance, queue } = state;
  let value = 0;
  while (source.activeCount > 0 && sink.activeCount > 0) {
    const round: Round = sink.activeCount <= source.activeCount
      ? { near: sink, far: source, sign: 1, towards: capacity, away: reverseCapacity }
      : { near: source, far: sink, sign: -1, towards: reverseCapacity, away: capacity };
    const reached = measureDistances(state, round);
    let gained = 0;
    for (let index = 0; index < round.far.activeCount; index++) {
      if (distance[round.far.active[index]!]! >= 0) gained += drain(state, round, round.far.active[index]!);
    }
    for (let position = 0; position < reached; position++) distance[queue[position]!] = UNREACHED;
    if (gained === 0) break;
    value += gained;
    dropUsedUp(source);
    dropUsedUp(sink);
  }
  return value;
}

function dropUsedUp(side: Terminal): void {
  const { limit, used, active } = side;
  let kept = 0;
  for (let index = 0; index < side.activeCount; index++) {
    const vertex = active[index]!;
    if (used[vertex]! < limit[vertex]!) active[kept++] = vertex;
  }
  side.activeCount = kept;
}

/** Breadth first from the near terminal through the residual network. Returns how many vertices of `queue` it reached. */
function measureDistances({ network: { firstArc, head }, flow, distance, nextArc, queue, step }: State, round: Round): number {
  const { near, far, sign, away } = round;
  let queued = 0;
  for (let index = 0; index < near.activeCount; index++) {
    const vertex = near.active[index]!;
    distance[vertex] = 0;
    queue[queued++] = vertex;
  }
  let farthest = Infinity;
  for (let position = 0; position < queued; position++) {
    step();
    const vertex = queue[position]!;
    const farther = distance[vertex]! + 1;
    nextArc[vertex] = firstArc[vertex]!;
    if (farthest === Infinity && far.used[vertex]! < far.limit[vertex]!) farthest = Math.max(1, REACH * (farther - 1));
    if (farther > farthest) continue;
    for (let arc = firstArc[vertex]!; arc < firstArc[vertex + 1]!; arc++) {
      const next = head[arc]!;
      // A push comes from `next` to `vertex`: against this arc.
      if (distance[next] !== UNREACHED || away[arc]! + sign * flow[arc]! <= 0) continue;
      distance[next] = farther;
      queue[queued++] = next;
    }
  }
  return queued;
}

/** Depth first from one active vertex towards the near terminal, each arc one nearer, until blocked. Returns what was pushed. */
function drain(state: State, round: Round, origin: number): number {
  const { network: { firstArc, head, mate }, flow, distance, nextArc, path, step } = state;
  const { near, far, sign, towards } = round;
  const before = far.used[origin]!;
  let length = 0;
  let vertex = origin;
  for (;;) {
    step();
    if (distance[vertex] === 0 && near.used[vertex]! < near.limit[vertex]!) {
      length = push(state, round, origin, vertex, length);
      if (far.used[origin] === far.limit[origin]) break;
      vertex = length === 0 ? origin : head[path[length - 1]!]!;
      continue;
    }
    const nearer = distance[vertex]! - 1;
    const end = firstArc[vertex + 1]!;
    let arc = nextArc[vertex]!;
    while (arc < end && !(distance[head[arc]!] === nearer && towards[arc]! > sign * flow[arc]!)) arc++;
    nextArc[vertex] = arc;
    if (arc < end) {
      path[length++] = arc;
      vertex = head[arc]!;
    } else {
      distance[vertex] = UNREACHED;
      if (length === 0) break;
      vertex = head[mate[path[--length]!]!]!;
    }
  }
  return far.used[origin]! - before;
}

/** Pushes what the path can take. Returns how much of the path comes before its first full arc. */
function push({ network: { mate }, flow, path, step }: State, round: Round, origin: number, target: number, length: number): number {
  const { near, far, sign, towards } = round;
  let amount = Math.min(far.limit[origin]! - far.used[origin]!, near.limit[target]! - near.used[target]!);
  for (let index = 0; index < length; index++) amount = Math.min(amount, towards[path[index]!]! - sign * flow[path[index]!]!);
  if (amount === Infinity) throw new Error('Internal inconsistency: unbounded flow, since only infinite capacities lie between source and sink.');
  far.used[origin]! += amount;
  near.used[target]! += amount;
  let firstFull = length;
  for (let index = length - 1; index >= 0; index--) {
    step();
    const arc = path[index]!;
    flow[arc]! += sign * amount;
    flow[mate[arc]!]! -= sign * amount;
    if (sign * flow[arc]! === towards[arc]) firstFull = index;
  }
  return firstFull;
}

/** What the supplies left over still reach in the residual network: the smallest source side of any minimum cut. */
function reachableFromSource({ network: { vertexCount, firstArc, head, capacity }, source, flow, queue, step }: State): Uint8Array {
  const reached = new Uint8Array(vertexCount);
  let queued = 0;
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    if (source.used[vertex]! >= source.limit[vertex]!) continue;
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
