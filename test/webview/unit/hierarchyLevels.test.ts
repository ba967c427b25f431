import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../support/graphBuilder';
import { groupCalled, groupsOf, membersOf } from '../support/groups';
import { random } from '../support/randomGraph';
import { transformer } from '../support/transformer';

/** Ops one after the other: `Relu scope/name`. */
function chain(...ops: readonly string[]): GraphBuilder {
  const b = new GraphBuilder();
  let last: string | undefined;
  for (const line of ops) {
    const [op, name] = line.split(' ') as [string, string];
    last = b.add(op, name, last === undefined ? [] : [last]);
  }
  return b;
}

const times = <T>(count: number, make: (k: number) => T): T[] => Array.from({ length: count }, (_, k) => make(k));

describe('siblings that are built alike', () => {
  const layer = (k: number, last = 'Relu'): string[] => [`MatMul layer_${k}/MatMul`, `BiasAdd layer_${k}/BiasAdd`, `${last} layer_${k}/activation`];

  it('fold into one group, named by the first and last', () => {
    const b = chain('Placeholder input', ...times(4, (k) => layer(k)).flat(), 'Softmax probabilities');
    const groups = groupsOf(b);
    expect(membersOf(b, groups)).toEqual(['input', 'repeat layer_0 … layer_3: 4 of 12', 'probabilities']);
    expect(membersOf(b, groups, groupCalled(groups, 'layer_0 … layer_3'))).toEqual(times(4, (k) => `scope layer_${k}: 3 of 3`));
    expect(groups.keys).toEqual(['', '~repeat', 'layer_0', 'layer_1', 'layer_2', 'layer_3']);
    expect(groups.paths).toEqual(['', '', 'layer_0', 'layer_1', 'layer_2', 'layer_3']);
  });

  it('stay apart where an op differs, and where there are only two', () => {
    const b = chain('Placeholder input', ...[...times(2, (k) => layer(k)), layer(2, 'Tanh'), ...times(3, (k) => layer(k + 3))].flat());
    expect(membersOf(b, groupsOf(b))).toEqual(['input', 'scope layer_0: 3 of 3', 'scope layer_1: 3 of 3', 'scope layer_2: 3 of 3', 'repeat layer_3 … layer_5: 3 of 9']);
  });

  it('stay apart where an edge inside differs', () => {
    const b = chain('Placeholder input', ...times(4, (k) => layer(k)).flat());
    b.edges.push({ source: b.nodes.findIndex(({ name }) => name === 'layer_3/MatMul'), target: b.nodes.findIndex(({ name }) => name === 'layer_3/activation'), sourceOutput: 0, targetInput: 1 });
    expect(membersOf(b, groupsOf(b))).toEqual(['input', 'repeat layer_0 … layer_2: 3 of 9', 'scope layer_3: 3 of 3']);
  });

  it('fold wherever they read from', () => {
    const b = chain('Placeholder input', ...times(4, (k) => layer(k)).flat());
    b.edges.push({ source: 0, target: b.nodes.findIndex(({ name }) => name === 'layer_3/activation'), sourceOutput: 0, targetInput: 1 });
    expect(membersOf(b, groupsOf(b))).toEqual(['input', 'repeat layer_0 … layer_3: 4 of 12']);
  });

  it('stay apart where their names are no series', () => {
    const b = chain('Placeholder input', ...['query', 'key', 'value'].flatMap((name) => [`MatMul ${name}/MatMul`, `BiasAdd ${name}/BiasAdd`]));
    expect(membersOf(b, groupsOf(b))).toEqual(['input', 'scope query: 2 of 2', 'scope key: 2 of 2', 'scope value: 2 of 2']);
  });

  it('count the first of Keras, which has no number, as one of the series', () => {
    const b = chain('Placeholder input', ...['dense', 'dense_1', 'dense_2'].flatMap((name) => [`MatMul ${name}/MatMul`, `BiasAdd ${name}/BiasAdd`]));
    expect(membersOf(b, groupsOf(b))).toEqual(['input', 'repeat dense … dense_2: 3 of 6']);
  });

  it('are also inputs that nothing reads', () => {
    const b = chain('Placeholder input', 'Relu relu');
    times(5, (k) => b.add('Placeholder', `unused_${k}`, [], 'input'));
    expect(membersOf(b, groupsOf(b))).toEqual(['input', 'relu', 'repeat unused_0 … unused_4: 5 of 5']);
  });

  it('fold in a transformer whose layers share a mask', () => {
    const built = transformer(12);
    const groups = groupsOf(built);
    expect(membersOf(built, groups)).toContain('repeat layer_0 … layer_11: 12 of 552');
  });
});

describe('siblings that are built alike, in a file in any order', () => {
  it.each([1, 2, 3])('fold all the same: order %i', (seed) => {
    const { nodes, edges } = transformer(12);
    const next = random(seed);
    const keys = nodes.map(() => next());
    const shuffled = nodes.map((_, node) => node).sort((a, b) => keys[a]! - keys[b]!);
    const placeOf = new Map(shuffled.map((node, place) => [node, place]));
    const built = {
      nodes: shuffled.map((node) => nodes[node]!),
      edges: edges
        .map((edge) => ({ ...edge, source: placeOf.get(edge.source)!, target: placeOf.get(edge.target)! }))
        .sort((a, b) => a.target - b.target || a.targetInput - b.targetInput),
    };
    expect(membersOf(built, groupsOf(built))).toContain('repeat layer_0 … layer_11: 12 of 552');
  });
});

describe('a level of many members', () => {
  const block = (k: number): string[] => [`Conv2D block${k}_1_conv`, `Relu block${k}_1_relu`, `Conv2D block${k}_2_conv`, `AddV2 block${k}_add`, `Relu block${k}_out`];

  it('makes groups of names that start with the same words', () => {
    const b = chain('Placeholder input', ...times(6, (k) => [...block(k), ...(k % 3 === 0 ? [`Pad block${k}_pad`] : [])]).flat(), 'Softmax probabilities');
    const groups = groupsOf(b);
    expect(membersOf(b, groups)).toEqual(['input', ...times(6, (k) => `range block${k}: ${k % 3 === 0 ? '6 of 6' : '5 of 5'}`), 'probabilities']);
    expect(new Set(groups.keys).size).toBe(groups.count);
  });

  it('folds such groups that are built alike', () => {
    const b = chain('Placeholder input', ...times(6, block).flat(), 'Softmax probabilities');
    expect(membersOf(b, groupsOf(b))).toEqual(['input', 'repeat block0 … block5: 6 of 30', 'probabilities']);
  });

  it('makes none of names that differ in numbers only', () => {
    const b = chain(...times(30, (k) => (k % 7 < 3 ? `Add add_${k}` : `${['Mul', 'Sub', 'Exp', 'Neg'][(k * k + k * 5) % 4]} op${k * 17}`)));
    expect(membersOf(b, groupsOf(b))).toHaveLength(30);
  });

  it('folds a stretch without scopes that repeats itself', () => {
    const ops = ['MatMul', 'BiasAdd', 'Tanh', 'Mul', 'AddV2', 'Mean'];
    const b = chain('Placeholder input', 'GatherV2 embedding', ...times(8, (k) => ops.map((op) => `${op} ${op}_${k}`)).flat(), 'Softmax probabilities');
    const groups = groupsOf(b);
    expect(membersOf(b, groups)).toEqual(['input', 'embedding', 'repeat MatMul_0 … Mean_7: 8 of 48', 'probabilities']);
    expect(membersOf(b, groups, groupCalled(groups, 'MatMul_0 … Mean_7'))[1]).toBe('range MatMul_1 … Mean_1: 6 of 6');
  });

  it('cuts such a stretch where the fewest values cross', () => {
    const b = new GraphBuilder();
    // What comes before looks like the end of a repetition.
    let x = b.add('AddV2', 'AddV2_before', [b.add('Tanh', 'Tanh_before', [b.add('Placeholder', 'input')])]);
    for (let k = 0; k < 8; k++) {
      const inner = b.add('BiasAdd', `BiasAdd_${k}`, [b.add('MatMul', `MatMul_${k}`, [b.add('Mean', `Mean_${k}`, [x])])]);
      x = b.add('AddV2', `AddV2_${k}`, [x, b.add('Tanh', `Tanh_${k}`, [inner])]);
    }
    expect(membersOf(b, groupsOf(b))).toEqual(['input', 'Tanh_before', 'AddV2_before', 'repeat Mean_0 … AddV2_7: 8 of 40']);
  });
});

describe('a level of more than 100 members', () => {
  it('is split into ranges of about equal size', () => {
    const b = chain(...times(1000, (k) => `Relu Relu_${k}`));
    const groups = groupsOf(b);
    const members = membersOf(b, groups);
    expect(members).toHaveLength(32);
    expect(members[0]).toBe('range Relu_0 … Relu_31: 32 of 32');
    expect(members.at(-1)).toBe('range Relu_969 … Relu_999: 31 of 31');
    expect(groups.keys.slice(0, 3)).toEqual(['', '~range', '~range#2']);
  });

  it('is split where few values cross', () => {
    const b = new GraphBuilder();
    let x = b.add('Placeholder', 'input');
    // Stretches of different ops and lengths, so that nothing repeats itself.
    for (let k = 0; k < 40; k++) {
      const start = x;
      for (let step = 0; step < 7 + (k % 5); step++) x = b.add(`Op${(k * 7 + step * step) % 11}`, `op${k * 100 + step}`, [x]);
      x = b.add('AddV2', `sum${k}`, [start, x]);
    }
    const groups = groupsOf(b);
    const lasts = Array.from(groups.end.subarray(1), (end) => b.nodes[groups.order[end - 1]!]!.name);
    expect(groups.count).toBeGreaterThan(10);
    expect(lasts.filter((name) => !name.startsWith('sum') && name !== b.nodes.at(-1)!.name)).toEqual([]);
  });

  it('is split into equal parts where many values cross everywhere but in few places', () => {
    const b = new GraphBuilder();
    const next = random(1);
    const values = times(149, (k) => b.add(`Op${Math.floor(next() * 9)}`, `op${k}`));
    b.add('AddN', 'sum', values);
    const sizes = membersOf(b, groupsOf(b)).map((member) => Number(member.split(' ').at(-1)));
    expect(sizes).toHaveLength(13);
    expect(new Set(sizes)).toEqual(new Set([11, 12]));
  });

  it('keeps siblings together, with as many in each part as fit', () => {
    const built = transformer(260);
    const groups = groupsOf(built);
    const repeat = groupCalled(groups, 'layer_0 … layer_259');
    const parts = membersOf(built, groups, repeat);
    expect(parts).toHaveLength(17);
    expect(parts[0]).toMatch(/^repeat layer_0 … layer_1\d: 1\d of \d+$/);
  });
});
