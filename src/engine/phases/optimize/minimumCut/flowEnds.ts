import type { FlowNetwork } from './flowNetwork';
import type { MaximumFlow } from './maximumFlow';

/**
 * For each vertex through which flow passes, a vertex at which flow through it enters (`source`) or leaves (`sink`); -1 elsewhere.
 * One breadth-first labelling along the arcs that carry flow, or against them. Only `starts` (1 where allowed) are named.
 *
 * Every arc over the cut has both ends when all vertices may be named: no flow comes back over the cut, so the vertices that
 * feed the arc's tail lose more to it than they get from each other, and some of them have supply; likewise beyond its head.
 */
export function flowEnds(network: FlowNetwork, maximum: MaximumFlow, end: 'source' | 'sink', starts: Uint8Array): Int32Array {
  const { vertexCount, firstArc, head } = network;
  const amounts = end === 'source' ? maximum.supplied : maximum.demanded;
  const sign = end === 'source' ? 1 : -1;
  const ends = new Int32Array(vertexCount).fill(-1);
  const queue = new Int32Array(vertexCount);
  let queued = 0;
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    if (amounts[vertex]! === 0 || starts[vertex] === 0) continue;
    ends[vertex] = vertex;
    queue[queued++] = vertex;
  }
  for (let position = 0; position < queued; position++) {
    const vertex = queue[position]!;
    for (let arc = firstArc[vertex]!; arc < firstArc[vertex + 1]!; arc++) {
      if (maximum.flow[arc]! * sign <= 0 || ends[head[arc]!] !== -1) continue;
      ends[head[arc]!] = ends[vertex]!;
      queue[queued++] = head[arc]!;
    }
  }
  return ends;
}
