/** Directed edges, each with a capacity along its direction and one against it. Only the first `count` entries are meant. */
export interface Edges {
  readonly count: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Whole numbers; Infinity where the edge must never be cut. */
  readonly capacity: Float64Array;
  readonly reverseCapacity: Float64Array;
}

/** Both directions of every edge as arcs: those that leave vertex v are firstArc[v] … firstArc[v + 1] - 1. */
export interface FlowNetwork {
  readonly vertexCount: number;
  readonly firstArc: Int32Array;
  /** The vertex each arc leads to. */
  readonly head: Int32Array;
  /** The arc of the same edge in the other direction. */
  readonly mate: Int32Array;
  /** What each arc can take, and its mate. */
  readonly capacity: Float64Array;
  readonly reverseCapacity: Float64Array;
}

/** Sorts the edges among vertices 0 … vertexCount - 1 by the vertices they touch. Linear. */
export function flowNetwork(vertexCount: number, edges: Edges): FlowNetwork {
  const { count, from, to } = edges;
  const firstArc = new Int32Array(vertexCount + 1);
  for (let edge = 0; edge < count; edge++) {
    firstArc[from[edge]! + 1]!++;
    firstArc[to[edge]! + 1]!++;
  }
  for (let vertex = 0; vertex < vertexCount; vertex++) firstArc[vertex + 1]! += firstArc[vertex]!;

  const next = firstArc.slice(0, vertexCount);
  const head = new Int32Array(2 * count);
  const mate = new Int32Array(2 * count);
  const capacity = new Float64Array(2 * count);
  const reverseCapacity = new Float64Array(2 * count);
  for (let edge = 0; edge < count; edge++) {
    const along = next[from[edge]!]!++;
    const against = next[to[edge]!]!++;
    head[along] = to[edge]!;
    head[against] = from[edge]!;
    mate[along] = against;
    mate[against] = along;
    capacity[along] = reverseCapacity[against] = edges.capacity[edge]!;
    capacity[against] = reverseCapacity[along] = edges.reverseCapacity[edge]!;
  }
  return { vertexCount, firstArc, head, mate, capacity, reverseCapacity };
}
