import { describe, expect, it } from 'vitest';
import { NO_PROGRESS } from '../../../../src/engine/host';
import { placeCasts } from '../../../../src/engine/phases/optimize/minimumCut/castPlacement';
import { BF16, FP32, FREE, type PlacementProblem } from '../../../../src/engine/phases/optimize/minimumCut/placementProblem';
import { seeded } from './random';

interface Value {
  /** -1 for a constant. */
  readonly producer: number;
  readonly readers: readonly number[];
  /** Of each reader, whether it takes BF16 as it is. */
  readonly promotes?: readonly boolean[];
  readonly toBf16?: number;
  readonly toFp32?: number;
}

function problem(classes: readonly number[], values: readonly Value[], rewards: readonly number[] = [], ties: readonly number[] = []): PlacementProblem {
  const firstReader = new Int32Array(values.length + 1);
  values.forEach((value, index) => (firstReader[index + 1] = firstReader[index]! + value.readers.length));
  return {
    classes: Uint8Array.from(classes),
    rewards: Float64Array.from(classes, (_, group) => rewards[group] ?? 0),
    producers: Int32Array.from(values, (value) => value.producer),
    firstReader,
    readers: Int32Array.from(values.flatMap((value) => value.readers)),
    promotes: Uint8Array.from(values.flatMap((value) => value.readers.map((_, index) => Number(value.promotes?.[index] ?? false)))),
    costToBf16: Float64Array.from(values, (value) => value.toBf16 ?? 1),
    costToFp32: Float64Array.from(values, (value) => value.toFp32 ?? 1),
    ties: Int32Array.from(ties),
  };
}

const readersOf = ({ firstReader, readers }: PlacementProblem, value: number): Int32Array =>
  readers.subarray(firstReader[value], firstReader[value + 1]);

/** Straight from the words of PlacementProblem. */
function costOf(of: PlacementProblem, isBf16: Uint8Array): number {
  let cost = 0;
  of.producers.forEach((producer, value) => {
    const readers = readersOf(of, value);
    if (readers.some((reader) => isBf16[reader] === 1) && (producer === -1 || isBf16[producer] === 0)) cost += of.costToBf16[value]!;
    if (readers.some((reader, index) => isBf16[reader] === 0 && of.promotes[of.firstReader[value]! + index] === 0) && (producer === -1 || isBf16[producer] === 1)) cost += of.costToFp32[value]!;
  });
  return of.rewards.reduce((sum, reward, group) => sum - (isBf16[group] === 1 ? reward : 0), cost);
}

function isAllowed({ classes, ties }: PlacementProblem, isBf16: Uint8Array): boolean {
  return classes.every((type, group) => type === FREE || isBf16[group] === Number(type === BF16)) &&
    ties.every((group, index) => isBf16[group] === isBf16[ties[index ^ 1]!]);
}

/** Tries every labelling. The best: least cost, then fewest BF16 groups; and how many are best. */
function bruteForce(of: PlacementProblem): { cost: number; isBf16: Uint8Array; count: number } {
  const free = [...of.classes.keys()].filter((group) => of.classes[group] === FREE);
  const best = { cost: Infinity, isBf16: new Uint8Array(), bf16: Infinity, count: 0 };
  for (let choice = 0; choice < 2 ** free.length; choice++) {
    const isBf16 = of.classes.map((type) => Number(type === BF16));
    free.forEach((group, bit) => (isBf16[group] = (choice >> bit) & 1));
    if (!isAllowed(of, isBf16)) continue;
    const cost = costOf(of, isBf16);
    const bf16 = isBf16.reduce((sum, bit) => sum + bit, 0);
    if (cost < best.cost || (cost === best.cost && bf16 < best.bf16)) Object.assign(best, { cost, isBf16, bf16, count: 1 });
    else if (cost === best.cost && bf16 === best.bf16) best.count++;
  }
  return best;
}

interface Shape {
  readonly maxGroups: number;
  readonly hasConstants: boolean;
}

/** Any mix of classes, fan-out, readers that repeat, promote or are the producer, loops, constants, ties between like groups, rewards. */
function randomProblem(seed: number, { maxGroups, hasConstants }: Shape): PlacementProblem {
  const random = seeded(seed);
  const count = 1 + random.below(maxGroups);
  const isFree = random.below(10) / 10;
  const classes = Array.from({ length: count }, () => (random.chance(isFree) ? FREE : random.chance(0.5) ? FP32 : BF16));
  const costs = random.chance(0.5) ? 1 : 20;
  const cost = (): number => (costs === 1 ? 1 : random.below(costs + 1));
  const promoting = random.chance(0.5) ? 0 : 0.3;
  const values = Array.from({ length: random.below(2 * count + 1) }, () => {
    const producer = hasConstants && random.chance(0.2) ? -1 : random.below(count);
    const readers = Array.from({ length: random.chance(0.1) ? 0 : 1 + random.below(random.chance(0.3) ? 6 : 2) }, () => random.below(count));
    return { producer, readers, promotes: readers.map(() => random.chance(promoting)), toBf16: cost(), toFp32: cost() };
  });
  const rewards = random.chance(0.5) ? [] : classes.map(() => random.below(costs + 1));
  const ties = Array.from({ length: random.chance(0.5) ? 0 : random.below(count) }, () => [random.below(count), random.below(count)]);
  // Every group has a side that ties stay within, so that none joins FP32 with BF16, even by way of others.
  const sides = classes.map((type) => (type === FREE ? random.below(2) : type === BF16 ? 1 : 0));
  return problem(classes, values, rewards, ties.filter(([a, b]) => sides[a!] === sides[b!]).flat());
}

describe('placeCasts', () => {
  it('is the cheapest of all labellings, and the one with the fewest BF16 groups among equals', () => {
    for (let seed = 0; seed < 1500; seed++) {
      const of = randomProblem(seed, { maxGroups: 11, hasConstants: true });
      const placement = placeCasts(of, NO_PROGRESS);
      const best = bruteForce(of);
      expect({ seed, cost: placement.cost, isBf16: [...placement.isBf16] }).toEqual({ seed, cost: best.cost, isBf16: [...best.isBf16] });
      expect(best.count).toBe(1);
    }
  });

  it('is so with 14 free groups too', () => {
    for (let seed = 0; seed < 12; seed++) {
      const random = seeded(seed);
      const fixed = [FP32, BF16, FP32, BF16];
      const values = Array.from({ length: 24 }, (_, index) => ({
        producer: index % 18, readers: Array.from({ length: 1 + random.below(3) }, () => random.below(18)), toBf16: 1 + random.below(3),
      }));
      const of = problem([...fixed, ...new Array<number>(14).fill(FREE)], values);
      const best = bruteForce(of);
      expect({ seed, ...placeCasts(of, NO_PROGRESS), cause: 0 }).toEqual({ seed, cost: best.cost, isBf16: best.isBf16, cause: 0 });
    }
  });

  it('respects classes and ties on larger problems, and costs what it says', () => {
    for (let seed = 0; seed < 200; seed++) {
      const of = randomProblem(seed, { maxGroups: 300, hasConstants: true });
      const placement = placeCasts(of, NO_PROGRESS);
      expect(isAllowed(of, placement.isBf16)).toBe(true);
      expect(placement.cost).toBe(costOf(of, placement.isBf16));
    }
  });

  it('names for every Cast that costs something a fixed or rewarded BF16 group and a fixed FP32 group', () => {
    let standing = 0;
    for (let seed = 0; seed < 1500; seed++) {
      const of = randomProblem(seed, { maxGroups: 30, hasConstants: false });
      const placement = placeCasts(of, NO_PROGRESS);
      const { isBf16 } = placement;
      of.producers.forEach((producer, value) => {
        for (const type of ['bf16', 'fp32'] as const) {
          const label = Number(type === 'bf16');
          const cost = (type === 'bf16' ? of.costToBf16 : of.costToFp32)[value]!;
          const wants = (index: number): boolean => label === 1 || of.promotes[of.firstReader[value]! + index] === 0;
          const stands = isBf16[producer] !== label && readersOf(of, value).some((reader, index) => isBf16[reader] === label && wants(index));
          const ends = placement.cause(value, type);
          expect(ends !== undefined).toBe(stands && cost > 0);
          if (ends === undefined) continue;
          standing++;
          expect(of.classes[ends.fp32]).toBe(FP32);
          expect(of.classes[ends.bf16] === BF16 || (of.classes[ends.bf16] === FREE && of.rewards[ends.bf16]! > 0)).toBe(true);
          expect([isBf16[ends.bf16], isBf16[ends.fp32]]).toEqual([1, 0]);
        }
      });
    }
    expect(standing).toBeGreaterThan(1000);
  });

  it('shares one Cast between readers and names the ends of its flow', () => {
    // 0 FP32 -> 1, read by 2 and 3, which 4 and 5 (BF16) read.
    const of = problem([FP32, FREE, FREE, FREE, BF16, BF16], [
      { producer: 0, readers: [1] }, { producer: 1, readers: [2, 3, 2] }, { producer: 2, readers: [4] }, { producer: 3, readers: [5] },
    ]);
    const placement = placeCasts(of, NO_PROGRESS);
    expect({ isBf16: [...placement.isBf16], cost: placement.cost }).toEqual({ isBf16: [0, 0, 1, 1, 1, 1], cost: 1 });
    expect([4, 5]).toContain(placement.cause(1, 'bf16')?.bf16);
    expect(placement.cause(1, 'bf16')?.fp32).toBe(0);
    expect([placement.cause(0, 'bf16'), placement.cause(1, 'fp32'), placement.cause(2, 'bf16')]).toEqual([undefined, undefined, undefined]);
  });

  it('names the fixed group behind a tie', () => {
    const of = problem([FREE, BF16, FP32], [{ producer: 0, readers: [2] }], [], [0, 1]);
    expect(placeCasts(of, NO_PROGRESS).cause(0, 'fp32')).toEqual({ bf16: 1, fp32: 2 });
  });

  it('names no cause where only the bytes of a constant hold a group in FP32', () => {
    const of = problem([BF16, FREE], [{ producer: 0, readers: [1] }, { producer: -1, readers: [1], toBf16: 4, toFp32: 2 }]);
    const placement = placeCasts(of, NO_PROGRESS);
    expect({ isBf16: [...placement.isBf16], cost: placement.cost }).toEqual({ isBf16: [1, 0], cost: 3 });
    expect(placement.cause(0, 'fp32')).toBeUndefined();
  });

  it('refuses ties that join FP32 with BF16', () => {
    expect(() => placeCasts(problem([FP32, FREE, BF16], [], [], [0, 1, 1, 2]), NO_PROGRESS)).toThrow('Internal inconsistency');
  });

  it('solves a chain of 300,000 groups and a value with 300,000 readers', () => {
    const count = 300_000;
    const chain = Array.from({ length: count - 1 }, (_, group) => ({ producer: group, readers: [group + 1] }));
    const ends = new Array<number>(count).fill(FREE).fill(BF16, 0, 1).fill(FP32, count - 1);
    const chained = placeCasts(problem(ends, chain), NO_PROGRESS);
    expect([chained.cost, chained.isBf16.indexOf(0), chained.cause(0, 'fp32')]).toEqual([1, 1, { bf16: 0, fp32: count - 1 }]);

    // Every second reader is read by a BF16 group: the value is cast once, for all of them.
    const readers = Array.from({ length: count }, (_, index) => 2 + index);
    const back = readers.filter((_, index) => index % 2 === 0).map((producer) => ({ producer, readers: [1] }));
    const fan = placeCasts(problem([FP32, BF16, ...readers.map(() => FREE)], [{ producer: 0, readers }, ...back]), NO_PROGRESS);
    expect([fan.cost, fan.isBf16.reduce((sum, bit) => sum + bit, 0), fan.cause(0, 'bf16')]).toEqual([1, 1 + count / 2, { bf16: 1, fp32: 0 }]);
  });
});
