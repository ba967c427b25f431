import type { FlowNetwork } from './flowNetwork';
import type { MaximumFlow } from './maximumFlow';

/**
 * For each vertex through which flow passes, who stands where flow through it enters (`source`) or leaves (`sink`): the entry of
 * `names` (-1 for no name) at a vertex whose supply or demand is used. -1 elsewhere. One breadth-first labelling along the arcs
 * that carry flow, or against them.
 *
 * Every arc over the cut has both ends if every supply and demand has a name: no flow comes back over the cut, so the vertices
 * that feed the arc's tail lose more to it than they get from others, and some supply makes up for it; likewise behind its head.
 */
export function flowEnds(network: FlowNetwork, maximum: MaximumFlow, end: 'source' | 'sink', names: Int32Array): Int32Array {
  const { vertexCount, firstArc, head } = network;
  const used = end === 'source' ? maximum.supplied : maximum.demanded;
  const sign = end === 'source' ? 1 : -1;
  const ends = new Int32Array(vertexCount).fill(-1);
  const queue = new Int32Array(vertexCount);
  let queued = 0;
  for (let vertex = 0; vertex < vertexCount; vertex++) {
    if (used[vertex] === 0 || names[vertex] === -1) continue;
    ends[vertex] = names[vertex]!;
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
