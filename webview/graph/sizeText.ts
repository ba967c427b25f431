const UNITS: readonly string[] = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes in decimal units, three digits at most after rounding: `4 B`, `18.4 kB`, `102 MB`. */
export function sizeText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${UNITS[power]}`;
}
