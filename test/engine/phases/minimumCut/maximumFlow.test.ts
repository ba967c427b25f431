import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../../src/engine/errors';
import { NO_PROGRESS } from '../../../../src/engine/host';
import { flowEnds } from '../../../../src/engine/phases/optimize/minimumCut/flowEnds';
import { flowNetwork } from '../../../../src/engine/phases/optimize/minimumCut/flowNetwork';
import { maximumFlow } from '../../../../src/engine/phases/optimize/minimumCut/maximumFlow';
import { seeded } from './random';

type Edge = readonly [from: number, to: number, capacity: number, reverseCapacity: number];

interface Case {
  readonly edges: readonly Edge[];
  readonly supply: readonly number[];
  readonly demand: readonly number[];
}

function solve({ edges, supply, demand }: Case, progress = NO_PROGRESS) {
  const network = flowNetwork(supply.length, {
    count: edges.length,
    from: Int32Array.from(edges, (edge) => edge[0]), to: Int32Array.from(edges, (edge) => edge[1]),
    capacity: Float64Array.from(edges, (edge) => edge[2]), reverseCapacity: Float64Array.from(edges, (edge) => edge[3]),
  });
  return { network, ...maximumFlow(network, Float64Array.from(supply), Float64Array.from(demand), progress) };
}

/** Edmonds and Karp on a matrix of residual capacities: the value, and what the source still reaches. */
function reference({ edges, supply, demand }: Case): { value: number; onSourceSide: number[] } {
  const count = supply.length;
  const [source, sink] = [count, count + 1];
  const residual = Array.from({ length: count + 2 }, () => new Array<number>(count + 2).fill(0));
  for (const [from, to, capacity, reverseCapacity] of edges) {
    residual[from]![to]! += capacity;
    residual[to]![from]! += reverseCapacity;
  }
  supply.forEach((amount, vertex) => (residual[source]![vertex] = amount));
  demand.forEach((amount, vertex) => (residual[vertex]![sink] = amount));
  for (let value = 0; ; ) {
    const parent = new Map([[source, source]]);
    for (const vertex of parent.keys()) {
      residual[vertex]!.forEach((left, next) => left > 0 && !parent.has(next) && parent.set(next, vertex));
    }
    if (!parent.has(sink)) return { value, onSourceSide: supply.map((_, vertex) => Number(parent.has(vertex))) };
    const path: [number, number][] = [];
    for (let vertex = sink; vertex !== source; vertex = parent.get(vertex)!) path.push([parent.get(vertex)!, vertex]);
    const amount = Math.min(...path.map(([from, to]) => residual[from]![to]!));
    for (const [from, to] of path) {
      residual[from]![to]! -= amount;
      residual[to]![from]! += amount;
    }
    value += amount;
  }
}

/** Sparse and dense, connected and not; infinite edges, supplies and demands, but no infinite way from source to sink. */
function randomCase(seed: number): Case {
  const random = seeded(seed);
  const count = 1 + random.below(12);
  const bound = random.chance(0.5) ? 2 : 1 + random.below(1000);
  const amount = (): number => (random.chance(0.2) ? Infinity : random.below(bound + 1));
  // An infinite edge only leads to a higher vertex, infinite supplies come after infinite demands: none is unbounded.
  const border = random.below(count + 1);
  const vertices = Array.from({ length: count }, (_, vertex) => vertex);
  return {
    edges: Array.from({ length: random.below(3 * count) }, () => {
      const [a, b] = [random.below(count), random.below(count)];
      return [Math.min(a, b), Math.max(a, b), amount(), random.below(bound + 1)] as const;
    }).filter(([a, b]) => a !== b),
    supply: vertices.map((vertex) => (random.chance(0.5) ? 0 : vertex >= border ? amount() : random.below(bound))),
    demand: vertices.map((vertex) => (random.chance(0.5) ? 0 : vertex < border ? amount() : random.below(bound))),
  };
}

describe('maximumFlow', () => {
  it('finds the value and the smallest source side on random networks, as Edmonds and Karp do', () => {
    for (let seed = 0; seed < 3000; seed++) {
      const random = randomCase(seed);
      const found = solve(random);
      expect({ seed, value: found.value, onSourceSide: [...found.onSourceSide] }).toEqual({ seed, ...reference(random) });
    }
  });

  it('returns a flow: within capacities, conserved at every vertex, its value what leaves the source', () => {
    for (let seed = 0; seed < 500; seed++) {
      const random = randomCase(seed);
      const { network, flow, supplied, demanded, value } = solve(random);
      flow.forEach((amount, arc) => {
        expect(amount).toBeLessThanOrEqual(network.capacity[arc]!);
        expect(amount + flow[network.mate[arc]!]!).toBe(0);
      });
      random.supply.forEach((supply, vertex) => {
        const leaving = flow.subarray(network.firstArc[vertex], network.firstArc[vertex + 1]).reduce((sum, amount) => sum + amount, 0);
        expect(leaving).toBe(supplied[vertex]! - demanded[vertex]!);
        expect(supplied[vertex]).toBeLessThanOrEqual(supply);
        expect(demanded[vertex]).toBeLessThanOrEqual(random.demand[vertex]!);
      });
      expect(supplied.reduce((sum, amount) => sum + amount, 0)).toBe(value);
    }
  });

  it('cuts nearest the source where several cuts are least', () => {
    const chain: Case = { edges: [[0, 1, 1, 0], [1, 2, 1, 0], [2, 3, 1, 0]], supply: [Infinity, 0, 0, 0], demand: [0, 0, 0, Infinity] };
    expect([...solve(chain).onSourceSide]).toEqual([1, 0, 0, 0]);
  });

  it('refuses an unbounded flow', () => {
    expect(() => solve({ edges: [[0, 1, Infinity, 0]], supply: [Infinity, 0], demand: [0, Infinity] })).toThrow('unbounded flow');
  });

  it('stops when cancelled', () => {
    const count = 200_000;
    const edges = Array.from({ length: count - 1 }, (_, vertex) => [vertex, vertex + 1, 1, 1] as const);
    const none = new Array<number>(count).fill(0);
    const cancelled = { report: () => {}, throwIfCancelled: () => { throw new CancelledError(); } };
    expect(() => solve({ edges, supply: none, demand: none }, cancelled)).toThrow(CancelledError);
  });
});

describe('flowEnds', () => {
  it('names a supply and a demand between which flow passes, on both sides of every full arc of the cut', () => {
    let arcsSeen = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const { network, ...maximum } = solve(randomCase(seed));
      const names = Int32Array.from({ length: network.vertexCount }, (_, vertex) => vertex);
      const sources = flowEnds(network, maximum, 'source', names);
      const sinks = flowEnds(network, maximum, 'sink', names);
      maximum.flow.forEach((amount, arc) => {
        const [tail, head] = [network.head[network.mate[arc]!]!, network.head[arc]!];
        if (amount <= 0 || maximum.onSourceSide[tail] === 0 || maximum.onSourceSide[head] === 1) return;
        arcsSeen++;
        expect(maximum.supplied[sources[tail]!]).toBeGreaterThan(0);
        expect(maximum.onSourceSide[sources[tail]!]).toBe(1);
        expect(maximum.demanded[sinks[head]!]).toBeGreaterThan(0);
        expect(maximum.onSourceSide[sinks[head]!]).toBe(0);
      });
    }
    expect(arcsSeen).toBeGreaterThan(100);
  });
});
