import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/engine/config/parse';
import { tensorflowDialect } from '../../../src/engine/formats/tensorflow/dialect';
import { graphFromBytes } from '../../../src/engine/formats/tensorflow/read';
import { NO_PROGRESS } from '../../../src/engine/host';
import { Display } from '../../../src/engine/report/display';
import { graphTables, snapshotTables } from '../../../src/engine/report/graphTables';
import { changeAt, changesOfRule, countRules, numberAt, numberChanges, positionAt, step } from '../../../webview/graph/changeNumbers';
import { changeOfBoundary, lastChangeOfNode } from '../../../webview/graph/findChange';
import { momentAt, type Mark } from '../../../webview/graph/moment';
import type { EdgeMark, GraphView } from '../../../webview/protocol';
import { GONE, PRECISIONS } from '../../../webview/tables';
import { runAllPhases } from '../../support/snapshots';
import { changesInOrder } from '../support/changes';
import { digitsCnn } from '../support/digitsCnn';

const view = changesInOrder(digitsCnn());
const { snapshots } = graphTables(view);
const key = ({ edge, kind }: { edge: number; kind: string }): string => `${edge} ${kind}`;

/** What the picture shows after so many changes, told step by step from the objects the tables were made of. */
function replay({ snapshots: told }: GraphView, snapshot: number, changes: number): { precision: (string | undefined)[]; marks: Map<string, EdgeMark> } {
  const after = told[snapshot]!;
  const before = told[snapshot - 1]!;
  const precision = [...before.precision];
  const marks = new Map(before.marks.map((mark) => [key(mark), mark]));
  const touchedBy = new Map<number, number>();
  after.changes.forEach(({ nodes }, change) => nodes.forEach((node) => touchedBy.set(node, change)));
  precision.forEach((_, node) => !touchedBy.has(node) && (precision[node] = after.precision[node]));
  for (const mark of after.marks) if (mark.change === undefined) marks.set(key(mark), mark);
  for (let change = 0; change < changes; change++) {
    for (const [node, last] of touchedBy) if (last === change) precision[node] = after.precision[node];
    for (const mark of after.marks) if (mark.change === change) marks.set(key(mark), mark);
  }
  return { precision, marks };
}

const plain = ({ edge, kind, folded, label, ids }: Mark) => ({ edge, kind, folded, label, ids });

describe('momentAt', () => {
  it.each([1, 2, 3])('replays every change of phase %i', (snapshot) => {
    const { count } = snapshots[snapshot]!.changes;
    expect(count).toBeGreaterThan(3);
    for (let change = 0; change <= count; change++) {
      const moment = momentAt(snapshots, { snapshot, change });
      const expected = replay(view, snapshot, change);
      expect(Array.from(moment.precision, (code) => (code === GONE ? undefined : PRECISIONS[code]))).toEqual(expected.precision);
      const marks = [...expected.marks.values()].map(({ edge, kind, state, label, nodes }) => ({ edge, kind, folded: state === 'folded', label, ids: nodes }));
      expect(moment.marks.map(plain).sort(byPlace)).toEqual(marks.sort(byPlace));
    }
  });

  it('hands out a snapshot as it is, and its marks only once', () => {
    const moment = momentAt(snapshots, { snapshot: 2, change: snapshots[2]!.changes.count });
    expect(moment.precision).toBe(snapshots[2]!.precision);
    expect(momentAt(snapshots, { snapshot: 2, change: 1e9 }).marks).toBe(moment.marks);
  });

  it('takes an op over with the change that touched its node', () => {
    const [before, after] = [{ ...snapshots[0]!, ops: { 1: 'FusedBatchNorm' } }, { ...snapshots[1]!, ops: { 2: 'QuantizedConv2D' } }];
    const { nodeChange, count } = after.changes;
    nodeChange.fill(-1);
    nodeChange[1] = 0;
    nodeChange[2] = 1;
    const opsAt = (change: number) => momentAt([before, after], { snapshot: 1, change }).ops;
    expect([0, 1, 2, count].map(opsAt)).toEqual([{ 1: 'FusedBatchNorm' }, {}, { 2: 'QuantizedConv2D' }, { 2: 'QuantizedConv2D' }]);
  });
});

it.each(['digits_cnn', 'digits_transformer', 'digits_gru'])('tells the conversion of %s without a jump', async (name) => {
  const graph = graphFromBytes(new Uint8Array(readFileSync(`media/samples/${name}.pb`)), name, {}, NO_PROGRESS);
  const { snapshots: made } = await runAllPhases(graph, parseConfig('{ "use_bf16": true }', 'c.json').config, { min: -4, max: 4 });
  const display = new Display(made[0]!, tensorflowDialect);
  const told = made.map((snapshot) => snapshotTables(display.add(snapshot)));
  for (let snapshot = 1; snapshot < told.length; snapshot++) {
    const start = momentAt(told, { snapshot, change: 0 });
    const before = momentAt(told, { snapshot: snapshot - 1, change: Infinity });
    expect([[...start.precision], start.ops, start.marks.map(plain)]).toEqual([[...before.precision], before.ops, before.marks.map(plain)]);
    const standing = momentAt(told, { snapshot, change: Infinity }).marks.filter(({ kind, folded }) => kind === 'cast' && !folded);
    expect(new Set(standing.flatMap(({ ids }) => ids)).size).toBe(told[snapshot]!.casts);
  }
});

describe('numbers of changes', () => {
  const numbers = numberChanges(graphTables(view).snapshots);

  it('lead to a position and back', () => {
    expect(numbers.total).toBe(view.snapshots.reduce((sum, { changes }) => sum + changes.length, 0));
    for (let number = 0; number <= numbers.total; number++) {
      const position = positionAt(numbers, number);
      expect(numberAt(numbers, position)).toBe(number);
      const at = changeAt(numbers, number);
      if (number === 0) expect([position, at]).toEqual([{ snapshot: 0, change: 0 }, undefined]);
      else expect([numbers.snapshots[position.snapshot], position.change - 1]).toEqual([at!.snapshot, at!.change]);
    }
  });

  it('end at the last snapshot, even where its phase changed nothing', () => {
    const idle = numberChanges([...numbers.snapshots, { ...numbers.snapshots[3]!, changes: { ...numbers.snapshots[3]!.changes, count: 0 } }]);
    expect(positionAt(idle, idle.total)).toEqual({ snapshot: 4, change: 0 });
    expect(changeAt(idle, idle.total)!.snapshot).toBe(numbers.snapshots[3]);
  });

  it('step through the changes of one rule', () => {
    const casts = changesOfRule(numbers, 'insert-cast');
    expect(casts).toHaveLength(countRules(numbers.snapshots).get('insert-cast')!);
    const walked: number[] = [];
    for (let at = 0, next = step(numbers, 0, 1, casts); next !== at; next = step(numbers, at, 1, casts)) walked.push((at = next));
    expect(walked).toEqual([...casts]);
    const back: number[] = [];
    for (let at = numbers.total; at > 0; ) back.push((at = step(numbers, at, -1, casts)));
    expect(back).toEqual([...casts].reverse().filter((number) => number < numbers.total).concat(0));
    expect(step(numbers, 0, 1000, casts)).toBe(casts.at(-1));
    expect(step(numbers, 5, -9, undefined)).toBe(0);
  });
});

describe('the change that', () => {
  it('put a Cast there is the one of the phase that inserted it', () => {
    const mark = view.snapshots[2]!.marks.find(({ kind, change }) => kind === 'cast' && change !== undefined)!;
    const position = changeOfBoundary(graphTables(view).snapshots, mark.nodes[0]!)!;
    expect(position.snapshot).toBe(2);
    expect(view.snapshots[2]!.changes[position.change - 1]!.rule).toBe('insert-cast');
    expect(changeOfBoundary(snapshots, 'no such node')).toBeUndefined();
  });

  it('last touched a node is of the last phase that did', () => {
    const tables = graphTables(view).snapshots;
    view.nodes.forEach((_, node) => {
      const last = view.snapshots.flatMap(({ changes }, snapshot) => changes.flatMap(({ nodes }, change) => (nodes.includes(node) ? [{ snapshot, change: change + 1 }] : []))).at(-1);
      expect(lastChangeOfNode(tables, node)).toEqual(last);
    });
  });
});

function byPlace(a: { edge: number; kind: string }, b: { edge: number; kind: string }): number {
  return a.edge - b.edge || a.kind.localeCompare(b.kind);
}
