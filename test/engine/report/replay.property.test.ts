// Every change of random and of trained models leads from one picture to the next: what differs has the change that did it.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EdgeMark, GraphView, SnapshotView } from '../../../webview/protocol';
import { listAt } from '../../../webview/tables';
import { parseConfig } from '../../../src/engine/config/parse';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { graphFromBytes } from '../../../src/engine/formats/tensorflow/read';
import type { Graph } from '../../../src/engine/graph/graph';
import { NO_PROGRESS } from '../../../src/engine/host';
import { Display } from '../../../src/engine/report/display';
import { snapshotTables } from '../../../src/engine/report/graphTables';
import type { Change, Snapshot } from '../../../src/engine/snapshot';
import { buildGraph } from '../../support/graphBuilder';
import { randomConfig, randomGraph } from '../../support/randomGraph';
import { runAllPhases } from '../../support/snapshots';
import { seeded } from '../phases/minimumCut/random';

interface Story extends Pick<GraphView, 'nodes' | 'edges' | 'snapshots'> {
  readonly from: readonly Snapshot[];
}

async function storyOf(graph: Graph, config: object, range?: { min: number; max: number }): Promise<Story> {
  const { snapshots: from } = await runAllPhases(graph, parseConfig(JSON.stringify(config), 'c.json').config, range);
  const display = new Display(from[0]!, dialect);
  return { nodes: display.nodes, edges: display.edges, snapshots: from.map((snapshot) => display.add(snapshot)), from };
}

const keyOf = ({ edge, kind }: EdgeMark): string => `${edge} ${kind}`;
const textOf = ({ state, label, nodes }: EdgeMark): string => [state, label, ...nodes].join(' ');
const touches = ({ before, after }: Change, id: string): boolean => before.includes(id) || after.includes(id);

function expectExplained(story: Story): void {
  story.snapshots.slice(1).forEach((now, index) => {
    const before = story.snapshots[index]!;
    expectNodesExplained(story, before, now, story.from[index + 1]!.changes);
    expectMarksExplained(story, before, now, story.from[index + 1]!.changes);
  });
}

function expectNodesExplained({ nodes }: Story, before: SnapshotView, now: SnapshotView, changes: readonly Change[]): void {
  const { changes: table } = snapshotTables(now);
  for (const change of now.changes) expect(new Set(change.nodes).size, `${change.rule} names each node once`).toBe(change.nodes.length);
  nodes.forEach(({ id }, node) => {
    const change = table.nodeChange[node]!;
    const isDifferent = [before, now].map(({ precision, ops, dtypes }) => [precision[node], ops[node], dtypes[node]].join()).reduce((a, b) => String(a !== b)) === 'true';
    // What the plan alone says of a model that came in INT8 is no change.
    if (isDifferent && changes.length > 0) expect(change, `${id} looks different`).toBeGreaterThanOrEqual(0);
    if (!isDifferent && !changes.some((one) => touches(one, id))) expect(change, `${id} looks as before`).toBe(-1);
    if (change < 0) return;
    const last = changes.findLastIndex((one) => touches(one, id));
    if (last >= 0) expect(change, `${id} is as its last change left it`).toBe(last);
    expect([...listAt(table.nodes, change)], `change ${change} names ${id}`).toContain(node);
  });
}

function expectMarksExplained({ edges, nodes }: Story, before: SnapshotView, now: SnapshotView, changes: readonly Change[]): void {
  const past = new Map(before.marks.map((mark) => [keyOf(mark), mark]));
  const standing = new Set(now.marks.map(keyOf));
  for (const key of past.keys()) expect(standing, `what stood at ${key} has left a mark`).toContain(key);
  for (const mark of now.marks) {
    const old = past.get(keyOf(mark));
    const name = `${textOf(mark)} before ${nodes[edges[mark.edge]!.target]!.id}`;
    expect(mark.change !== undefined, `${name} says what made it`).toBe(old === undefined || textOf(old) !== textOf(mark));
    if (mark.change === undefined) continue;
    const change = changes[mark.change]!;
    // What stands here, or its reader, or what stood here.
    const ids = [...mark.nodes, ...(old?.nodes ?? []), nodes[edges[mark.edge]!.target]!.id];
    expect(ids.some((id) => touches(change, id)), `${name} was made by ${change.rule}`).toBe(true);
    const removals = changes.flatMap(({ before: was, after }, at) => (mark.nodes.some((id) => was.includes(id) && !after.includes(id)) ? [at] : []));
    if (mark.state === 'folded' && removals.length > 0) expect(mark.change, `${name} was folded`).toBe(removals.at(-1));
    const additions = changes.flatMap(({ before: was, after }, at) => (mark.nodes.some((id) => after.includes(id) && !was.includes(id)) ? [at] : []));
    if (mark.state === 'inserted' && additions.length > 0) expect(mark.change, `${name} was inserted`).toBeGreaterThanOrEqual(additions.at(-1)!);
  }
}

/** How many changes of a model there are, and how many name no node of the picture. */
function countNameless({ snapshots }: Story): { all: number; nameless: number } {
  const changes = snapshots.flatMap((snapshot) => snapshot.changes);
  return { all: changes.length, nameless: changes.filter(({ nodes }) => nodes.length === 0).length };
}

describe('what differs between snapshots has the change that did it', () => {
  it.each(['none', 'depth_first', 'min_cut'])('in random models, with Cast placement %s', async (cast_placement) => {
    let [all, nameless, marks] = [0, 0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const random = seeded(seed);
      const model = randomGraph(random, { ops: 30, loops: seed % 3 === 0, roundings: seed % 2 === 0 });
      const config = { ...randomConfig(random, model), cast_placement };
      const story = await storyOf(buildGraph(model.nodes, { outputs: [...model.outputs] }), config, seed % 4 < 2 ? { min: -1, max: 1 } : undefined);
      try {
        expectExplained(story);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
      const counts = countNameless(story);
      all += counts.all;
      nameless += counts.nameless;
      marks += story.snapshots.flatMap((snapshot) => snapshot.marks).filter(({ change }) => change !== undefined).length;
    }
    expect(all).toBeGreaterThan(500);
    expect(marks).toBeGreaterThan(500);
    expect(nameless).toBe(0);
  });

  it.each(['digits_cnn', 'digits_transformer', 'digits_gru'])('in %s', async (name) => {
    const file = `media/samples/${name}.pb`;
    for (const config of [{ use_bf16: true, bf16_reward: 2 }, { use_bf16: true }, { use_bf16: true, bf16_ops: ['re:.*'] }, { use_bf16: false }]) {
      for (const range of [undefined, { min: -4, max: 4 }]) {
        const story = await storyOf(graphFromBytes(new Uint8Array(readFileSync(file)), basename(file), {}, NO_PROGRESS), config, range);
        expectExplained(story);
        expect(countNameless(story).nameless).toBe(0);
      }
    }
  });
});
