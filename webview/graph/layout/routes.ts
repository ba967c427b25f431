import type { LineEnds, Paths } from './paths';

/** What a route needs to know of the finished rows. */
export interface Rows {
  readonly x: Float64Array;
  /** Top and bottom of every vertex. */
  readonly top: Float64Array;
  readonly bottom: Float64Array;
  readonly rowTop: readonly number[];
  /** Where edges that leave a row may start to bend. */
  readonly bendTop: readonly number[];
  /** x of each line's target end. */
  readonly targetX: Float64Array;
  readonly laneX: (lane: number) => number;
  readonly lane: Int32Array;
}

export interface Route {
  /** x and y in turn. */
  readonly points: readonly number[];
  readonly spot: readonly [number, number, number, number];
}

/** How far a lane runs straight before and after it turns. */
const TURN = 72;

/** Points of a line: one smooth bend in the gap above each row where x changes, vertical past the rows. */
export function routeLine(line: number, ends: LineEnds, paths: Paths, rows: Rows): Route {
  const from = ends.from[line]!;
  const to = ends.to[line]!;
  const startX = rows.x[from]! + ends.fromOffset[line]!;
  const endX = rows.targetX[line]!;
  const points = [startX, rows.bottom[from]!];
  let x = startX;
  let spot: Route['spot'] = [startX, 0, endX, 0];
  const bend = (nextX: number, above: number, before = 0, after = 0): void => {
    const y0 = rows.bendTop[above]!;
    const y1 = rows.rowTop[above + 1]!;
    const third = (y1 - y0) * 0.3;
    points.push(x, y0 + before, x, y0 + third, nextX, y1 - third, nextX, y1 + after);
    spot = [x, y0, nextX, y1];
    x = nextX;
  };
  const through = paths.through[line];
  if (through) {
    let row = paths.row[from]!;
    for (const vertex of through) bend(rows.x[vertex]!, row++);
    bend(endX, row);
  } else {
    // A lane that leads back up leaves the lower gap and enters the upper one through its other side.
    const [first, last] = [paths.row[from]!, paths.row[to]! - 1];
    const turn = last <= first ? TURN : 0;
    bend(rows.laneX(rows.lane[line]!), first, 0, -turn);
    bend(endX, last, turn, 0);
  }
  points.push(endX, rows.top[to]!);
  return { points: simplify(points), spot };
}

/** Drops repeated points and the inside of vertical runs, where the spline is straight anyway; a straight line keeps its ends. */
function simplify(points: readonly number[]): number[] {
  const distinct: number[] = [];
  for (let p = 0; p < points.length; p += 2) {
    if (p > 0 && points[p] === distinct.at(-2) && points[p + 1] === distinct.at(-1)) continue;
    distinct.push(points[p]!, points[p + 1]!);
  }
  const first = distinct[0]!;
  if (distinct.every((value, k) => k % 2 === 1 || value === first)) return [...distinct.slice(0, 2), ...distinct.slice(-2)];
  const kept: number[] = [];
  for (let p = 0; p < distinct.length; p += 2) {
    const inRun = distinct[p] === distinct[p - 4] && distinct[p] === distinct[p - 2] && distinct[p] === distinct[p + 2] && distinct[p] === distinct[p + 4];
    if (!inRun) kept.push(distinct[p]!, distinct[p + 1]!);
  }
  return kept;
}
