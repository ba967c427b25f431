/** A flat graph as it was drawn: one polyline per edge, x and y in turn. */
export type Drawing = readonly (readonly number[])[];

/** Ends of the edges drawn, by index. */
export interface EdgeEnds {
  readonly source: ArrayLike<number>;
  readonly target: ArrayLike<number>;
}

/** Edges that share a node do not cross this near to it. */
const END = 4;
const BAND = 24;

export function totalLength(drawing: Drawing): number {
  let sum = 0;
  for (const line of drawing) for (let p = 2; p < line.length; p += 2) sum += Math.hypot(line[p]! - line[p - 2]!, line[p + 1]! - line[p - 1]!);
  return sum;
}

/**
 * Points in which the drawn lines of two edges cross, but not where both start or end at one node. Edges of one node that run
 * on top of each other are one line there. Pieces are compared within horizontal bands.
 */
export function countCrossings(drawing: Drawing, { source, target }: EdgeEnds): number {
  const crossings = new Set<string>();
  for (const [band, pieces] of inBands(drawing)) {
    for (let i = 0; i < pieces.length; i += 2) {
      for (let j = i + 2; j < pieces.length; j += 2) {
        const [a, b] = [pieces[i]!, pieces[j]!];
        if (a === b) continue;
        const [one, other] = [drawing[a]!, drawing[b]!];
        const related = source[a] === source[b] || target[a] === target[b];
        const at = crossing(one, pieces[i + 1]!, other, pieces[j + 1]!, related);
        if (at === undefined || Math.floor(at[1] / BAND) !== band) continue;
        if (source[a] === source[b] && isNear(one, 0, at)) continue;
        if (target[a] === target[b] && isNear(one, one.length - 2, at)) continue;
        const [first, second] = source[a]! < source[b]! ? [source[a], source[b]] : [source[b], source[a]];
        crossings.add([first, second, ...at.map(Math.round)].join());
      }
    }
  }
  return crossings.size;
}

const isNear = (line: readonly number[], p: number, [x, y]: readonly [number, number]): boolean => Math.hypot(line[p]! - x, line[p + 1]! - y) < END;

/** Of each band: edge and end point of every piece in it, in turn. */
function inBands(drawing: Drawing): Map<number, number[]> {
  const bands = new Map<number, number[]>();
  drawing.forEach((line, edge) => {
    for (let p = 2; p < line.length; p += 2) {
      const [top, bottom] = [line[p - 1]!, line[p + 1]!].sort((a, b) => a - b) as [number, number];
      for (let band = Math.floor(top / BAND); band <= Math.floor(bottom / BAND); band++) {
        const pieces = bands.get(band);
        if (pieces) pieces.push(edge, p);
        else bands.set(band, [edge, p]);
      }
    }
  });
  return bands;
}

/**
 * Where two pieces, each ending at its point p or q, cross. A point on the other line is on one side of it, so that a line through
 * a bend crosses once; but `related` edges may run on top of each other, which is no crossing.
 */
function crossing(a: readonly number[], p: number, b: readonly number[], q: number, related: boolean): [number, number] | undefined {
  const [ax, ay, bx, by] = [a[p - 2]!, a[p - 1]!, a[p]!, a[p + 1]!];
  const [cx, cy, dx, dy] = [b[q - 2]!, b[q - 1]!, b[q]!, b[q + 1]!];
  if (Math.max(ax, bx) < Math.min(cx, dx) || Math.max(cx, dx) < Math.min(ax, bx)) return undefined;
  const apart = (one: number, other: number): boolean => (related ? one * other < 0 : one > 0 !== other > 0);
  const fromA = (x: number, y: number): number => (bx - ax) * (y - ay) - (by - ay) * (x - ax);
  const fromB = (x: number, y: number): number => (dx - cx) * (y - cy) - (dy - cy) * (x - cx);
  const [c, d] = [fromA(cx, cy), fromA(dx, dy)];
  if (!apart(c, d) || !apart(fromB(ax, ay), fromB(bx, by))) return undefined;
  const t = c / (c - d);
  return [cx + t * (dx - cx), cy + t * (dy - cy)];
}
