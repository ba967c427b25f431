/** A point of the trade between accuracy and cost; lower costs are better. */
export interface Priced {
  readonly accuracy: number;
  readonly cost: number;
}

/** The points that no other one beats in both accuracy and cost, cheapest first; of equal points the first. */
export function paretoFront<T extends Priced>(points: readonly T[], higherIsBetter: boolean): T[] {
  const sign = higherIsBetter ? 1 : -1;
  const sorted = points.map((point, index) => ({ point, index }))
    .sort((a, b) => a.point.cost - b.point.cost || sign * (b.point.accuracy - a.point.accuracy) || a.index - b.index);
  const front: T[] = [];
  for (const { point } of sorted) {
    const last = front.at(-1);
    if (last === undefined || sign * point.accuracy > sign * last.accuracy) front.push(point);
  }
  return front;
}
