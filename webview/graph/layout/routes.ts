import type { Paths, SegmentEnds } from './paths';

/** What a route needs to know of the finished rows. */
export interface Rows {
  readonly x: Float64Array;
  /** Top and bottom of every vertex. */
  readonly top: Float64Array;
  readonly bottom: Float64Array;
  readonly rowTop: readonly number[];
  readonly rowBottom: readonly number[];
  /** x of each segment's target end. */
  readonly targetX: Float64Array;
  readonly laneX: (lane: number) => number;
  readonly lane: Int32Array;
}

export interface Route {
  /** x and y in turn. */
  readonly points: readonly number[];
  readonly spot: readonly [number, number, number, number];
}

/** Points of a segment: one smooth bend in the gap above each row where x changes, vertical past the rows. */
export function routeSegment(s: number, ends: SegmentEnds, paths: Paths, rows: Rows): Route {
  const from = ends.from[s]!;
  const to = ends.to[s]!;
  const startX = rows.x[from]! + ends.fromOffset[s]!;
  const endX = rows.targetX[s]!;
  const points = [startX, rows.bottom[from]!];
  let x = startX;
  let spot: Route['spot'] = [startX, 0, endX, 0];
  const bend = (nextX: number, above: number): void => {
    const y0 = rows.rowBottom[above]!;
    const y1 = rows.rowTop[above + 1]!;
    points.push(x, y0, x, y0 + (y1 - y0) * 0.3, nextX, y0 + (y1 - y0) * 0.7, nextX, y1);
    spot = [x, y0, nextX, y1];
    x = nextX;
  };
  const through = paths.through[s];
  let row = paths.row[from]!;
  if (through) for (const vertex of through) bend(rows.x[vertex]!, row++);
  else {
    const laneX = rows.laneX(rows.lane[s]!);
    bend(laneX, row);
    row = paths.row[to]! - 1;
    // A lane upwards turns inside the two gaps: without the points at their far ends.
    if (rows.rowBottom[row]! < rows.rowTop[paths.row[from]! + 1]!) points.splice(-2);
  }
  bend(endX, row);
  points.push(endX, rows.top[to]!);
  return { points, spot };
}
