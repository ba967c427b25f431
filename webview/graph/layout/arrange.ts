import type { EdgeTable, NodeTable } from '../../protocol';
import { assemble } from './assemble';
import { cardSizes, type Measure } from './cardSizes';
import { cardStubs } from './cardStubs';
import { cutEdges } from './levelEdges';
import { levelPlacer } from './levels';
import type { Groups, Picture } from './picture';

/** Given 1 for each expanded group, draws the graph. Keeps what the next call can use again; equal calls give equal pictures. */
export type Arrange = (expanded: Uint8Array) => Picture;

/**
 * Layered layout of a graph, top to bottom, with some of its groups expanded: each expanded group is laid out by itself and
 * stands in its parent like one large card.
 */
export function arranger(nodes: NodeTable, edges: EdgeTable, groups: Groups, measure: Measure): Arrange {
  const sizes = cardSizes(nodes, groups, measure);
  const stubsOf = cardStubs(edges, groups);
  const cut = cutEdges(edges, groups);
  const place = levelPlacer(groups, cut, sizes, stubsOf);
  return (expanded) => assemble({ edges, groups, cut, sizes, stubsOf }, place(expanded));
}
