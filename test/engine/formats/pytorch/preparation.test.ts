import { describe, expect, it } from 'vitest';
import { passesOn, repeatKey, withPadding } from '../../../../src/engine/formats/pytorch/preparation';
import type { Attribute } from '../../../../src/engine/graph/attribute';
import type { Node } from '../../../../src/engine/graph/graph';

const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
const flag = (value: boolean): Attribute => ({ kind: 'bool', value });

function call(op: string, attributes: Readonly<Record<string, Attribute>> = {}, origin: object = {}): Node {
  const own = new Map<string, Attribute>([['input', { kind: 'operands', isList: false, value: [{ input: 0 }] }], ...Object.entries(attributes)]);
  return { id: op, name: op, op, inputs: [{ node: 'x', output: 0 }], controlInputs: [], attributes: own, source: { inputTypes: ['float32'], outputTypes: ['float32'], origin } };
}
const nodes = (x = call('aten.relu')): Map<string, Node> => new Map([['x', x]]);

describe('ops of PyTorch that pass a value on', () => {
  it.each<[string, Record<string, Attribute>, string | undefined]>([
    ['aten.alias', {}, 'identity'], ['aten.detach', {}, 'training'], ['aten.dropout', { train: flag(false) }, 'training'], ['aten.dropout', { train: flag(true) }, undefined],
    ['aten.dropout', {}, undefined], ['aten.relu', {}, undefined], ['aten.clone', {}, undefined],
  ])('%s', (op, attributes, kind) => {
    expect(passesOn(call(op, attributes), nodes())).toBe(kind);
  });

  it('are left alone where something is written to in place', () => {
    expect(passesOn(call('aten.alias', {}, { isChanged: true }), nodes())).toBeUndefined();
    expect(passesOn(call('aten.alias'), nodes(call('aten.relu', {}, { fixed: 'It shares memory.' })))).toBeUndefined();
    expect(repeatKey(call('aten.relu', {}, { isChanged: true }), nodes())).toBeUndefined();
    expect(repeatKey(call('aten.relu'), nodes())).toBe('');
    expect(repeatKey(call('_operator.getitem'), nodes())).toBeUndefined();
  });
});

describe('padding before a convolution of PyTorch', () => {
  const fused = (pad: Node, convolution: Node): Attribute | undefined => withPadding(convolution, pad, nodes())?.attributes.get('padding');
  const pad = (counts: number[], more: Record<string, Attribute> = {}): Node => call('aten.constant_pad_nd', { pad: ints(...counts), ...more });

  it('becomes its own where both ends get as many zeros', () => {
    // The last axis comes first.
    expect(fused(pad([1, 1, 2, 2]), call('aten.conv2d'))).toEqual(ints(2, 1));
    expect(fused(pad([3, 3]), call('aten.conv2d', { padding: ints(1) }))).toEqual(ints(1, 4));
    expect(fused(call('aten.pad', { pad: ints(1, 1), mode: { kind: 'string', value: new TextEncoder().encode('constant') } }), call('aten.conv1d', { padding: ints(2) }))).toEqual(ints(3));
    expect(fused(pad([1, 1], { value: { kind: 'float', value: 0 } }), call('aten.conv1d'))).toEqual(ints(1));
  });

  it.each<[string, Node, Node]>([
    ['ends that differ', pad([1, 2]), call('aten.conv2d')],
    ['fewer rows', pad([-1, -1]), call('aten.conv2d')],
    ['channels', pad([1, 1, 1, 1, 1, 1]), call('aten.conv2d')],
    ['ones', pad([1, 1], { value: { kind: 'float', value: 1 } }), call('aten.conv2d')],
    ['mirror images', call('aten.pad', { pad: ints(1, 1), mode: { kind: 'string', value: new TextEncoder().encode('reflect') } }), call('aten.conv2d')],
    ['a padding by name', pad([1, 1]), call('aten.conv2d', { padding: { kind: 'string', value: new TextEncoder().encode('same') } })],
    ['another op', pad([1, 1]), call('aten.max_pool2d')],
    ['memory that changes', call('aten.constant_pad_nd', { pad: ints(1, 1) }, { isChanged: true }), call('aten.conv2d')],
  ])('stays for %s', (_, padding, convolution) => {
    expect(fused(padding, convolution)).toBeUndefined();
  });
});
