/** What calibration saw of one value. */
export interface ValueRange {
  readonly min: number;
  readonly max: number;
  /** Shape in the last batch. */
  readonly shape?: readonly number[];
}

/** Ranges by `valueKey` of the graph as opened. */
export type Ranges = ReadonlyMap<string, ValueRange>;
