import type { TuningConfig } from '../../../config/config';
import type { Dialect } from '../../../dialect';
import type { PartialShape } from '../../../graph/attribute';
import { type Graph, type Node, type ValueRef, valueKey } from '../../../graph/graph';

/** What Casts cost and BF16 ops are worth, in whole units of the placement's own. */
export interface CastCosts {
  /** Of one Cast of the value, in either direction. */
  cast(value: ValueRef): number;
  /** Of keeping a constant in a type, once for all its readers of that type. */
  constant(node: Node, type: 'bf16' | 'fp32'): number;
  /** Of an op that computes `value` in BF16. */
  reward(value: ValueRef): number;
  /** Of an op that only moves values, in BF16: decides between equal costs, where moving half the bytes is all there is to choose. */
  readonly movementReward: number;
}

type Choice = Pick<TuningConfig, 'cast_cost' | 'bf16_reward'>;

/**
 * Every Cast counts one and nothing else counts, so that the least cost is a bound on the number of Casts. Casts back to
 * FP32 of what the model itself rounds to BF16 (`roundings`) are left out: where the value before is BF16 too they may be
 * one with its Cast, which no cut can express.
 */
export function unitCosts(roundings: ReadonlySet<string>): CastCosts {
  return { cast: ({ node }) => (roundings.has(node) ? 0 : 1), constant: () => 0, reward: () => 0, movementReward: 0 };
}

/** Costs as the config has them; nodes of `inLoops` run once per trip around a loop. */
export function costsOf(choice: Choice, graph: Graph, inLoops: ReadonlySet<string>, dialect: Dialect): CastCosts {
  return choice.cast_cost === 'bytes' ? byteCosts(choice.bf16_reward, graph, inLoops, dialect) : countCosts(choice.bf16_reward, inLoops);
}

/** Units per Cast: enough to tell rewards of a millionth of a Cast from preferences. */
const CAST = 2 ** 30;
/** One Cast outweighs all preferences for a place outside loops, which only decide between equally many Casts. */
const IN_LOOP = 2 ** 10;

function countCosts(reward: number, inLoops: ReadonlySet<string>): CastCosts {
  const rewarded = Math.round(reward * CAST);
  return {
    cast: ({ node }) => (inLoops.has(node) ? CAST + IN_LOOP : CAST),
    constant: () => 0,
    reward: () => rewarded,
    movementReward: Math.min(1, rewarded),
  };
}

/** A Cast reads four bytes and writes two per element, or the other way round. */
const FP32_BYTES = 4;
const BF16_BYTES = 2;
/** Loops rarely say how often they run; any number well above one keeps Casts out of them. */
const TRIPS = 10;

function byteCosts(reward: number, graph: Graph, inLoops: ReadonlySet<string>, dialect: Dialect): CastCosts {
  const shapes = dialect.inferShapes(graph);
  const unknown = medianSize(shapes);
  const cast = (value: ValueRef): number => {
    const key = valueKey(value);
    const elements = shapes.has(key) ? elementsOf(shapes.get(key)) ?? unknown : unknown;
    return elements * (FP32_BYTES + BF16_BYTES) * (inLoops.has(value.node) ? TRIPS : 1);
  };
  return {
    cast,
    constant: (node, type) => {
      const tensor = [...node.attributes.values()].find((attribute) => attribute.kind === 'tensor');
      return (elementsOf(tensor?.shape) ?? 0) * (type === 'bf16' ? BF16_BYTES : FP32_BYTES);
    },
    reward: (value) => Math.round(cast(value) * reward),
    movementReward: reward > 0 ? 1 : 0,
  };
}

/** Elements of a shape whose unknown sizes count as one, such as the batch. */
function elementsOf(shape: PartialShape): number | undefined {
  return shape?.reduce((product, size) => product * Math.max(1, size), 1);
}

/** What a value of unknown rank is taken for. */
function medianSize(shapes: ReadonlyMap<string, PartialShape>): number {
  const sizes = [...shapes.values()].flatMap((shape) => elementsOf(shape) ?? []).sort((a, b) => a - b);
  return sizes[Math.floor(sizes.length / 2)] ?? 1;
}
