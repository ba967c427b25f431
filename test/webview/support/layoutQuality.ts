import type { NamedPicture } from './corpusPictures';
import { countCrossings, type Drawing, totalLength } from './drawing';
import { drawDagre, drawOurs, flatGraph } from './flatLayouts';

/** Two drawings of one graph. */
export interface Comparison {
  readonly name: string;
  readonly nodes: number;
  readonly ours: Quality;
  readonly dagre: Quality;
}

interface Quality {
  readonly crossings: number;
  readonly length: number;
  /** CPU of the layout. */
  readonly seconds: number;
}

/** Lays one graph out without groups, by us and by dagre. */
export function compare(picture: NamedPicture): Comparison {
  const graph = flatGraph(picture);
  const measure = (draw: (of: typeof graph) => Drawing): Quality => {
    const before = process.cpuUsage();
    const drawing = draw(graph);
    const { user, system } = process.cpuUsage(before);
    return { crossings: countCrossings(drawing, graph), length: totalLength(drawing), seconds: (user + system) / 1e6 };
  };
  return { name: picture.name, nodes: picture.nodes.length, ours: measure(drawOurs), dagre: measure(drawDagre) };
}

/** How many times dagre's ours is, ascending. */
export function lengthRatios(all: readonly Comparison[]): number[] {
  return all.map(({ ours, dagre }) => ours.length / dagre.length).sort((a, b) => a - b);
}

/** The same for crossings, of graphs one of us does not draw without any. */
export function crossingRatios(all: readonly Comparison[]): number[] {
  const crossed = all.filter(({ ours, dagre }) => ours.crossings + dagre.crossings > 0);
  return crossed.map(({ ours, dagre }) => ours.crossings / dagre.crossings).sort((a, b) => a - b);
}

/** Of ascending values. */
export const quantile = (values: readonly number[], share: number): number => values[Math.min(values.length - 1, Math.floor(values.length * share))]!;
