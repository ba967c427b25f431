import { describe, expect, it } from 'vitest';
import { tensorflowDialect as dialect } from '../../../../src/engine/formats/tensorflow/dialect';
import { sharedTypes } from '../../../../src/engine/formats/tensorflow/sharedTypes';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../../support/graphBuilder';

const T = { T: 'float32' };
const LIST = { T: 'variant' };
const ELEMENTS = { element_dtype: 'float32' };
const node = (name: string, op: string, inputs: readonly string[], attrs: NodeSpec['attrs'] = T): NodeSpec => ({ name, op, inputs, attrs });

/** Sets as `a b c`, and `a b: reason` where fixed. */
function sets(nodes: readonly NodeSpec[], outputs?: readonly string[]): string[] {
  return sharedTypes(buildGraph(nodes, outputs === undefined ? {} : { outputs: [...outputs] }))
    .map(({ members, fixed }) => members.map((member) => member.node).sort().join(' ') + (fixed === undefined ? '' : `: ${fixed}`)).sort();
}

/** Counts an int32 to `limit` beside float variables, each `NAME/…` with its body between `NAME/switch:1` and `NAME/next`. */
function loop(frame: string, variables: readonly { name: string; initial: string; next: string; attrs?: NodeSpec['attrs'] }[], body: readonly NodeSpec[]): NodeSpec[] {
  const counter = { name: `${frame}/count`, initial: 'zero', next: `${frame}/plus`, attrs: { T: 'int32' } };
  return [
    ...[counter, ...variables].flatMap(({ name, initial, next, attrs = T }) => [
      node(`${name}/enter`, 'Enter', [initial], { ...attrs, frame_name: frame }),
      node(`${name}/merge`, 'Merge', [`${name}/enter`, `${name}/next`], { ...attrs, N: 2 }),
      node(`${name}/switch`, 'Switch', [`${name}/merge`, `${frame}/cond`], attrs),
      node(`${name}/next`, 'NextIteration', [next], attrs),
      node(`${name}/exit`, 'Exit', [`${name}/switch`], attrs),
    ]),
    { ...constant(`${frame}/limit`, 'int32', [], [3]), inputs: [`^${frame}/count/merge`] },
    node(`${frame}/less`, 'Less', [`${frame}/count/merge`, `${frame}/limit`], { T: 'int32' }),
    node(`${frame}/cond`, 'LoopCond', [`${frame}/less`], {}),
    { ...constant(`${frame}/one`, 'int32', [], [1]), inputs: [`^${frame}/count/switch`] },
    node(`${frame}/plus`, 'AddV2', [`${frame}/count/switch:1`, `${frame}/one`], { T: 'int32' }),
    ...body,
  ];
}

const VARIABLE = (name: string): string => ['enter', 'exit', 'merge', 'next', 'switch'].map((part) => `${name}/${part}`).join(' ');
const zero = constant('zero', 'int32', [], [0]);
const x = placeholder('x', 'float32', [2]);
const shape = constant('shape', 'int32', [1], [2]);
const DECIDES = 'It decides how often a loop runs: rounding could change that, or keep the loop from ending.';

describe('sharedTypes of loops', () => {
  it('ties the five ops of each variable, integers too, and none of another or of the body', () => {
    const nodes = [zero, x, ...loop('f', [{ name: 'a', initial: 'x', next: 'tanh' }, { name: 'b', initial: 'x', next: 'b/switch:1' }], [
      node('tanh', 'Tanh', ['a/switch:1']),
    ])];
    expect(sets(nodes)).toEqual([VARIABLE('a'), VARIABLE('b'), VARIABLE('f/count')]);
  });

  it('ties the variables of nested loops apart', () => {
    const inner = loop('g', [{ name: 'b', initial: 'a/switch:1', next: 'tanh' }], [node('tanh', 'Tanh', ['b/switch:1'])]);
    const nodes = [zero, x, ...loop('f', [{ name: 'a', initial: 'x', next: 'b/exit' }], inner)];
    expect(sets(nodes)).toEqual([VARIABLE('a'), VARIABLE('b'), VARIABLE('f/count'), VARIABLE('g/count')]);
  });

  it('leaves the Merge and Switch of a conditional and the Enter of a weight alone', () => {
    const nodes = [x, placeholder('which', 'bool', []), node('fork', 'Switch', ['x', 'which']), node('join', 'Merge', ['fork', 'fork:1'], { ...T, N: 2 }),
      node('w/enter', 'Enter', ['x'], { ...T, frame_name: 'f', is_constant: true })];
    expect(sets(nodes, ['join'])).toEqual([]);
  });

  it('fixes a float that a condition reads, what adds to it, and the comparison, but not what is added', () => {
    const carried = { name: 'sum', initial: 'x', next: 'add' };
    const nodes = [zero, x, ...loop('f', [carried], [
      node('step', 'Tanh', ['sum/switch:1']), node('add', 'AddV2', ['sum/switch:1', 'step']),
      node('bound', 'Enter', ['x'], { ...T, frame_name: 'f', is_constant: true }),
      node('low', 'Less', ['sum/merge', 'bound']),
    ])].map((spec) => (spec.name === 'f/cond' ? { ...spec, inputs: ['both'] } : spec));
    nodes.push(node('both', 'LogicalAnd', ['f/less', 'low'], {}));
    expect(sets(nodes)).toEqual([`add: ${DECIDES}`, `bound: ${DECIDES}`, VARIABLE('f/count'), `low: ${DECIDES}`, `${VARIABLE('sum')}: ${DECIDES}`]);
  });

  it('fixes what a condition follows from through an integer of the trip before', () => {
    const nodes = [zero, x, ...loop('f', [{ name: 'token', initial: 'zero', next: 'best', attrs: { T: 'int32' } }, { name: 'a', initial: 'x', next: 'tanh' }], [
      node('tanh', 'Tanh', ['a/switch:1']),
      { ...constant('axis', 'int32', [], [0]), inputs: ['^a/switch'] },
      node('best', 'ArgMax', ['tanh', 'axis'], { ...T, Tidx: 'int32', output_type: 'int32' }),
    ])].map((spec) => (spec.name === 'f/less' ? { ...spec, inputs: ['token/merge', 'f/limit'] } : spec));
    expect(sets(nodes)).toEqual([VARIABLE('a'), `best: ${DECIDES}`, VARIABLE('f/count'), VARIABLE('token')]);
  });

  it('fixes a Switch of which a branch is fetched', () => {
    const nodes = [x, placeholder('which', 'bool', []), node('fork', 'Switch', ['x', 'which'])];
    expect(sets(nodes, ['fork:1'])).toEqual(['fork: One of its branches is the output fork:1 of the model.']);
  });
});

describe('sharedTypes of lists', () => {
  const reserve = (name: string): NodeSpec => node(name, 'TensorListReserve', ['shape', 'zero'], { ...ELEMENTS, shape_type: 'int32' });
  const get = (name: string, list: string): NodeSpec => node(name, 'TensorListGetItem', [list, 'zero', 'shape'], ELEMENTS);
  const set = (name: string, list: string): NodeSpec => node(name, 'TensorListSetItem', [list, 'zero', 'x'], ELEMENTS);
  const base = [zero, x, shape];

  it('ties those who make, change and read a list, and keeps two lists apart', () => {
    const nodes = [...base, reserve('r1'), set('s1', 'r1'), get('g1', 's1'), reserve('r2'), get('g2', 'r2'),
      node('n', 'TensorListLength', ['r2'], {}), node('stack', 'TensorListStack', ['s1', 'shape'], ELEMENTS)];
    expect(sets(nodes)).toEqual(['g1 r1 s1 stack', 'g2 r2']);
  });

  it('follows a list around a loop, through conditionals, Identity and Resize', () => {
    const nodes = [...base, reserve('r'), ...loop('f', [{ name: 'l', initial: 'r', next: 'join', attrs: LIST }], [
      node('fork', 'Switch', ['l/switch:1', 'f/less'], LIST), set('s', 'fork:1'), node('same', 'Identity', ['fork'], LIST),
      node('join', 'Merge', ['s', 'same'], { ...LIST, N: 2 }),
    ]), node('longer', 'TensorListResize', ['l/exit', 'zero'], {}), get('g', 'longer')];
    expect(sets(nodes)).toEqual([VARIABLE('f/count'), 'g r s']);
  });

  it('ties the lists a Select chooses from', () => {
    const nodes = [...base, placeholder('which', 'bool', []), reserve('r1'), reserve('r2'), node('chosen', 'SelectV2', ['which', 'r1', 'r2'], LIST), get('g', 'chosen')];
    expect(sets(nodes)).toEqual(['g r1 r2']);
  });

  it('ties the elements of lists in a list', () => {
    const nodes = [...base, reserve('inner'), node('outer', 'EmptyTensorList', ['shape', 'zero'], { element_dtype: 'variant', shape_type: 'int32' }),
      node('pushed', 'TensorListPushBack', ['outer', 'inner'], { element_dtype: 'variant' }),
      node('taken', 'TensorListGetItem', ['pushed', 'zero', 'shape'], { element_dtype: 'variant' }), get('g', 'taken')];
    expect(sets(nodes)).toEqual(['g inner']);
  });

  it.each<readonly [string, NodeSpec[], string]>([
    ['is fed', [placeholder('fed', 'variant', []), get('g', 'fed')], 'g: Its list of tensors is also used by fed (Placeholder), which relies on the type of the elements.'],
    ['goes to an op that is none of theirs', [reserve('r'), get('g', 'r'), node('sum', 'AddN', ['r', 'r'], { ...LIST, N: 2 })],
      'g r: Its list of tensors is also used by sum (AddN), which relies on the type of the elements.'],
    ['goes to an op TensorFlow does not know', [reserve('r'), get('g', 'r'), node('mine', 'MyOp', ['r'], {})],
      'g r: Its list of tensors is also used by mine (MyOp), which relies on the type of the elements.'],
    ['goes to a function', [reserve('r'), get('g', 'r'), node('call', 'PartitionedCall', ['r'], {
      Tin: { kind: 'types', value: ['variant'] }, Tout: { kind: 'types', value: ['variant'] },
    })], 'g r: Its list of tensors is also used by call (PartitionedCall), which relies on the type of the elements.'],
  ])('fixes a list that %s', (_, nodes, expected) => {
    expect(sets([...base, ...nodes])).toEqual([expected]);
  });

  it('fixes a list that is an output', () => {
    expect(sets([...base, reserve('r'), set('s', 'r')], ['s'])).toEqual(['r s: Its list of tensors is the output s of the model.']);
  });

  it('is quick and shallow on a chain of 50,000 writes', () => {
    const nodes = [...base, reserve('s0'), ...Array.from({ length: 50_000 }, (_, index) => set(`s${index + 1}`, `s${index}`))];
    expect(sharedTypes(buildGraph(nodes))[0]!.members).toHaveLength(50_001);
  });
});

describe('element types', () => {
  const graph = buildGraph([zero, shape, node('r', 'TensorListReserve', ['shape', 'zero'], { ...ELEMENTS, shape_type: 'int32' }),
    node('array', 'TensorArrayV3', ['zero'], { dtype: 'float32' }), node('read', 'TensorArrayReadV3', ['array', 'zero', 'array:1'], { dtype: 'float32' }),
    node('keep', 'Identity', ['r'], LIST)]);

  it('are a group of their own where no input or output has them, and may be BF16', () => {
    const reserve = graph.nodes.get('r')!;
    expect(dialect.typeGroups(reserve)).toContainEqual({ name: 'element_dtype', dtype: 'float32', inputs: [], outputs: [] });
    expect(dialect.kernelFor(reserve, new Map([['element_dtype', 'bfloat16']]))).toEqual({ ok: true });
    const converted = dialect.withTypes(reserve, new Map([['element_dtype', 'bfloat16']]));
    expect(dialect.typeGroups(converted)).toContainEqual({ name: 'element_dtype', dtype: 'bfloat16', inputs: [], outputs: [] });
  });

  it('cannot change where state holds them', () => {
    expect(dialect.kernelFor(graph.nodes.get('read')!, new Map([['dtype', 'bfloat16']])).ok).toBe(false);
    expect(dialect.kernelFor(graph.nodes.get('keep')!, new Map([['T', 'bfloat16']])).ok).toBe(false);
  });
});
