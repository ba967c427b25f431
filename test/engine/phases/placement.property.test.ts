// Whole conversions of random models: what holds for every Cast placement, whatever the model.
import { describe, expect, it } from 'vitest';
import { castTypes, isBetweenFp32AndBf16 } from '../../../src/engine/capabilities/castTypes';
import { parseConfig } from '../../../src/engine/config/parse';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import type { Graph, Node } from '../../../src/engine/graph/graph';
import type { Tensor } from '../../../src/engine/graph/tensor';
import { Rewriter } from '../../../src/engine/graph/rewriter';
import { NO_PROGRESS } from '../../../src/engine/host';
import { Casts } from '../../../src/engine/phases/casts';
import type { RuleContext } from '../../../src/engine/phases/optimize/localRule';
import { applyLocalRules, LOCAL_RULES } from '../../../src/engine/phases/optimize/localRules';
import { runGraph } from '../../../src/engine/runtime/executor';
import { castCounting, fewestCasts } from '../../support/fewestCasts';
import { buildGraph, tensor } from '../../support/graphBuilder';
import { convertedOpByOp, groupTypes } from '../../support/perOpConversion';
import { castCount, expectValid } from '../../support/phases';
import { randomConfig, randomGraph, type RandomGraphOptions } from '../../support/randomGraph';
import { runAllPhases, type Run } from '../../support/snapshots';
import { testKernels } from '../runtime/run';
import { seeded } from './minimumCut/random';

const PLACEMENTS = ['none', 'depth_first', 'min_cut'] as const;
type Placement = (typeof PLACEMENTS)[number];

interface Conversion {
  readonly run: Run;
  /** The graph before phase 2. */
  readonly base: Graph;
  readonly graph: Graph;
}

async function convert(seed: number, options: RandomGraphOptions, bf16_reward = 0): Promise<Record<Placement, Conversion>> {
  const random = seeded(seed);
  const model = randomGraph(random, options);
  const config = { ...randomConfig(random, model), bf16_reward };
  const conversions = await Promise.all(PLACEMENTS.map(async (cast_placement) => {
    const run = await runAllPhases(buildGraph(model.nodes, { outputs: [...model.outputs] }), parseConfig(JSON.stringify({ ...config, cast_placement }), 'c.json').config);
    return [cast_placement, { run, base: run.snapshots[1]!.graph, graph: run.snapshots.at(-1)!.graph }];
  }));
  return Object.fromEntries(conversions) as Record<Placement, Conversion>;
}

/** Seeds named in failures: run `convert(seed, …)` to see one. */
async function forSeeds(from: number, count: number, check: (seed: number) => Promise<void>): Promise<void> {
  for (let seed = from; seed < from + count; seed++) {
    try {
      await check(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

function isBoundaryCast(node: Node): boolean {
  const types = castTypes(node, dialect);
  return types !== undefined && isBetweenFp32AndBf16(types);
}

/** Casts to BF16 whose value only Casts back to FP32 read. */
function roundTrips(graph: Graph): string[] {
  const back = [...graph.nodes.values()].filter((node) => isBoundaryCast(node) && castTypes(node, dialect)!.to === 'float32');
  return back.map((node) => node.inputs[0]!.node).filter((id) => isBoundaryCast(graph.nodes.get(id)!));
}

function contextOf(graph: Graph, { plan }: Run): RuleContext {
  const rewriter = new Rewriter(graph, 'optimize');
  return { rewriter, dialect, casts: new Casts(rewriter, dialect), plan };
}

function matches(context: RuleContext): string[] {
  return context.rewriter.ids().flatMap((id) =>
    LOCAL_RULES.filter((rule) => rule.match(context.rewriter.node(id), context) !== undefined).map((rule) => `${rule.name} at ${id}`));
}

function feeds(): Map<string, Tensor> {
  const random = seeded(7);
  const numbers = (count: number): number[] => Array.from({ length: 16 }, () => random.below(count));
  return new Map([
    ['x:0', tensor('float32', [4, 4], numbers(1000).map((number) => number / 500 - 1))],
    ['bytes:0', tensor('uint8', [4, 4], numbers(256))], ['codes:0', tensor('quint8', [4, 4], numbers(256))],
  ]);
}

async function outputsOf(graph: Graph): Promise<(readonly number[])[]> {
  const results = await runGraph({ graph, dialect, feeds: feeds(), fetches: graph.outputs.map(({ value }) => value), kernels: testKernels() });
  return results.map(({ data }) => Array.from(data as Float32Array));
}

describe.each([{ ops: 12, loops: false }, { ops: 30, loops: false }, { ops: 12, loops: true }])('conversion of random models with $ops ops, loops: $loops', (options) => {
  it('gives valid graphs that keep their outputs, whatever the placement', () => forSeeds(1, 60, async (seed) => {
    for (const { base, graph } of Object.values(await convert(seed, { ...options, roundings: true }))) {
      expectValid(graph);
      expect(roundTrips(graph).filter((id) => !base.nodes.has(id)), 'values rounded and cast back for nobody').toEqual([]);
    }
  }));

  it('applies local rules until none matches, with ever fewer Casts and the same results', () => forSeeds(500, 25, async (seed) => {
    const { none, depth_first, min_cut } = await convert(seed, { ...options, roundings: true });
    for (const { run, graph } of [depth_first, min_cut]) expect(matches(contextOf(graph, run))).toEqual([]);
    const context = contextOf(none.graph, none.run);
    applyLocalRules(context, NO_PROGRESS);
    const folded = context.rewriter.finish();
    expectValid(folded);
    expect(matches(context)).toEqual([]);
    expect(castCount(folded)).toBeLessThanOrEqual(castCount(none.graph));
    expect(await outputsOf(folded)).toEqual(await outputsOf(none.graph));
  }));

  it('computes what each op in its precision computes, whatever the placement', () => forSeeds(1000, 25, async (seed) => {
    for (const { base, graph } of Object.values(await convert(seed, { ...options, roundings: true }))) {
      const plainest = convertedOpByOp(base, groupTypes(base, graph));
      expect(await outputsOf(graph)).toEqual(await outputsOf(plainest));
    }
  }));

  it('never has more Casts by minimum cut than depth-first, and as many as the bound', () => forSeeds(2000, 80, async (seed) => {
    const { none, depth_first, min_cut } = await convert(seed, options);
    expect(castCount(min_cut.graph)).toBeLessThanOrEqual(castCount(depth_first.graph));
    for (const { run, base, graph } of [depth_first, none, min_cut]) {
      const ofTheModel = [...graph.nodes.values()].filter((node) => isBoundaryCast(node) && base.nodes.has(node.id)).length;
      expect(run.snapshots.at(-1)!.castProof!.lowerBound).toBe(Math.max(0, castCount(min_cut.graph) - ofTheModel));
    }
  }));
});

it('has as few Casts by minimum cut as the best of all choices', async () => {
  let tried = 0;
  await forSeeds(3000, 300, async (seed) => {
    const { min_cut: { run, base, graph } } = await convert(seed, { ops: 9, loops: seed % 3 === 0 });
    const counting = castCounting(base, run.plan);
    if (counting.free > 14) return;
    tried++;
    expect(castCount(graph)).toBe(fewestCasts(counting));
  });
  expect(tried).toBeGreaterThan(250);
});
