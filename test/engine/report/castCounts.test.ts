import { expect, it } from 'vitest';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { countCasts } from '../../../src/engine/report/castCounts';
import { Display } from '../../../src/engine/report/display';
import type { Snapshot } from '../../../src/engine/snapshot';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';
import { runAllPhases } from '../../support/snapshots';

const op = (name: string, type: string, inputs: string[]): NodeSpec => ({ name, op: type, inputs, attrs: { T: 'float32' } });
const model = [placeholder('x', 'float32', [2, 4]), constant('w', 'float32', [4, 4], [0.5]), op('y', 'MatMul', ['x', 'w']), op('exp', 'Exp', ['y'])];

it('gives the lower bound of the newest snapshot that proves one, to the report and to the view of that snapshot', async () => {
  const run = await runAllPhases(buildGraph(model), { use_bf16: true });
  const snapshots = run.snapshots.map((snapshot): Snapshot => (snapshot.phase === 'optimize' ? { ...snapshot, castProof: { lowerBound: 2, causes: new Map() } } : snapshot));
  expect(countCasts(snapshots, dialect)).toEqual({ inserted: 2, folded: 0, remaining: 2, lowerBound: 2 });
  expect(countCasts(snapshots.slice(0, 3), dialect).lowerBound).toBeNull();
  const display = new Display(snapshots[0]!, dialect);
  const views = snapshots.map((snapshot) => display.add(snapshot));
  expect(views.map(({ casts, lowerBound }) => [casts, lowerBound])).toEqual([[0, undefined], [0, undefined], [2, undefined], [2, 2]]);
});
