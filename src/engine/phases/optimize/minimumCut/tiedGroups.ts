import { FREE } from './placementProblem';

/** Groups that must agree, merged. */
export interface TiedGroups {
  /** Of each group, the one that stands for all it is tied to. */
  readonly representative: Int32Array;
  /** Of each representative, a group of FP32 or BF16 class among those it stands for; -1 when all are free. */
  readonly fixed: Int32Array;
}

/**
 * Merges groups by pairs (R. E. Tarjan, "Efficiency of a good but not linear set union algorithm", 1975, with path halving).
 *
 * @throws Error when FP32 is tied to BF16.
 */
export function mergeTies(classes: Uint8Array, ties: Int32Array): TiedGroups {
  const parent = Int32Array.from(classes, (_, group) => group);
  const find = (group: number): number => {
    while (parent[group] !== group) {
      parent[group] = parent[parent[group]!]!;
      group = parent[group]!;
    }
    return group;
  };
  for (let index = 0; index < ties.length; index += 2) parent[find(ties[index]!)] = find(ties[index + 1]!);

  const representative = Int32Array.from(classes, (_, group) => find(group));
  const fixed = new Int32Array(classes.length).fill(-1);
  for (let group = 0; group < classes.length; group++) {
    if (classes[group] === FREE) continue;
    const other = fixed[representative[group]!]!;
    if (other === -1) fixed[representative[group]!] = group;
    else if (classes[other] !== classes[group]) {
      throw new Error(`Internal inconsistency: type groups ${other} and ${group} are tied, but one is fixed FP32 and the other BF16.`);
    }
  }
  return { representative, fixed };
}
