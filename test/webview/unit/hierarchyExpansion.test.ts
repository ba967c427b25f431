import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tensorflowDialect } from '../../../src/engine/formats/tensorflow/dialect';
import { graphFromBytes } from '../../../src/engine/formats/tensorflow/read';
import { NO_PROGRESS } from '../../../src/engine/host';
import { pictureOf } from '../../../src/engine/report/picture';
import { expandedTo, expansionFrom, legibleExpansion, repeatCount } from '../../../webview/graph/layout/expansion';
import type { Groups } from '../../../webview/graph/layout/picture';
import { listAt } from '../../../webview/tables';
import { GraphBuilder } from '../support/graphBuilder';
import { groupCalled, groupsOf, type Built } from '../support/groups';
import { transformer } from '../support/transformer';

function sample(name: string): Built {
  const file = new Uint8Array(readFileSync(`media/samples/${name}.pb`));
  return pictureOf(graphFromBytes(file, name, {}, NO_PROGRESS), tensorflowDialect);
}

/** Ops and collapsed groups that are seen. */
function cardsOf(groups: Groups, expanded: Uint8Array): number[] {
  const cards: number[] = [];
  const stack = [~0];
  for (let member = stack.pop(); member !== undefined; member = stack.pop()) {
    if (member < 0 && expanded[~member] === 1) stack.push(...listAt(groups.members, ~member));
    else cards.push(member);
  }
  return cards;
}

const expandedKeys = (groups: Groups, expanded: Uint8Array): string[] => groups.keys.filter((_, group) => expanded[group] === 1);

describe('what is expanded when a graph is opened', () => {
  it('is all of a small graph', () => {
    const groups = groupsOf(transformer(1));
    expect(cardsOf(groups, legibleExpansion(groups))).toHaveLength(groups.order.length);
  });

  it('is all but the layers of a transformer', () => {
    const groups = groupsOf(transformer(12));
    const cards = cardsOf(groups, legibleExpansion(groups));
    expect(cards.filter((card) => card < 0).map((card) => groups.labels[~card])).toEqual(['layer_0 … layer_11']);
    expect(cards.length).toBeLessThan(20);
  });

  it('are whole depths, as far as they are legible', () => {
    const b = new GraphBuilder();
    let x = b.add('Placeholder', 'input');
    for (const stage of ['stem', 'body', 'head']) {
      for (const part of ['in', 'mid', 'out']) for (let k = 0; k < 20; k++) x = b.add(`Op${(k * k + stage.length * part.length) % 23}`, `${stage}/${part}/op${k}`, [x]);
    }
    const groups = groupsOf(b);
    expect(expandedKeys(groups, legibleExpansion(groups))).toEqual(['', 'stem', 'body', 'head']);
  });

  it('is the largest group that is legible where little is to be seen without', () => {
    const b = new GraphBuilder();
    let x = b.add('Placeholder', 'input');
    for (const [scope, size] of [['a', 90], ['b', 40], ['c', 30]] as const) for (let k = 0; k < size; k++) x = b.add(`Op${(k * k * k) % 101}`, `${scope}/op${k}`, [x]);
    const groups = groupsOf(b);
    expect(expandedKeys(groups, legibleExpansion(groups))).toEqual(['', 'b']);
  });

  it.each([['digits_cnn', 27], ['digits_gru', 30], ['digits_transformer', 22]] as const)('is legible of %s', (name, cards) => {
    const groups = groupsOf(sample(name));
    expect(cardsOf(groups, legibleExpansion(groups))).toHaveLength(cards);
  });
});

describe('a loop of TensorFlow', () => {
  it('is one group, its parts in the order they run', () => {
    const groups = groupsOf(sample('digits_gru'));
    expect(groups.keys.filter((key) => key.includes('#'))).toEqual([]);
    const inLoop = [...listAt(groups.members, groupCalled(groups, 'while'))].map((member) => (member < 0 ? groups.labels[~member]! : ''));
    expect(inLoop.filter((label) => ['enter', 'merge', 'cond/_0', 'body/_1', 'next_iteration'].includes(label))).toEqual(['enter', 'merge', 'cond/_0', 'body/_1', 'next_iteration']);
  });
});

describe('expanded groups', () => {
  const groups = groupsOf(transformer(260));

  it('are remembered by key; keys of other graphs are ignored', () => {
    expect(expandedKeys(groups, expansionFrom(groups, ['head', 'gone']))).toEqual(['encoder', 'head']);
  });

  it('come to be all those around an op', () => {
    const node = groups.order[groups.first[groupCalled(groups, 'attention')]!]!;
    const before = expansionFrom(groups, ['head']);
    const expanded = expandedTo(groups, before, node);
    expect(before[0]).toBe(1);
    expect(cardsOf(groups, expanded)).toContain(node);
    expect(expandedKeys(groups, expanded)).toContain('head');
    expect(expanded.reduce((sum, one) => sum + one, 0)).toBeLessThan(10);
  });

  it('know how many siblings a repeat holds, also where it is split', () => {
    const repeat = groupCalled(groups, 'layer_0 … layer_259');
    expect(listAt(groups.members, repeat).length).toBeLessThan(100);
    expect(repeatCount(groups, repeat)).toBe(260);
    const small = groupsOf(transformer(12));
    expect(repeatCount(small, groupCalled(small, 'layer_0 … layer_11'))).toBe(12);
  });
});
