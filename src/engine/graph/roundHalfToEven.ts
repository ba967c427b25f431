/** 1.5·2^52: doubles of its size have no fraction, so that adding it rounds to nearest even. */
export const NO_FRACTION = 6755399441055744;

/** For numbers below 2^51. */
export function roundHalfToEven(value: number): number {
  return value + NO_FRACTION - NO_FRACTION;
}
