/** Gives each name once: `base`, then `base_1`, `base_2`, … In time that does not grow with how often a name is asked for. */
export class UniqueNames {
  private readonly given = new Set<string>();
  /** The last suffix tried for a base. */
  private readonly suffixes = new Map<string, number>();

  of(base: string): string {
    let [name, suffix] = [base, this.suffixes.get(base) ?? 0];
    while (this.given.has(name)) name = `${base}_${++suffix}`;
    this.suffixes.set(base, suffix);
    this.given.add(name);
    return name;
  }
}
