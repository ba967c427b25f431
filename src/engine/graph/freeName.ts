/** Gives a name no node has: `base`, else `base_1`, … */
export type UniqueName = (base: string) => string;

/** `base`, else the first of `base_1`, `base_2`, … that is not taken. */
export function freeName(base: string, isTaken: (name: string) => boolean): string {
  let name = base;
  for (let suffix = 1; isTaken(name); suffix++) name = `${base}_${suffix}`;
  return name;
}
