import { describe, expect, it } from 'vitest';
import { contentsOf } from '../../../../../src/engine/formats/pytorch/checkpoint/contents';
import type { PickleObject, PickleSequence, PickleValue } from '../../../../../src/engine/formats/pytorch/checkpoint/pickleValues';
import type { TorchSave } from '../../../../../src/engine/formats/pytorch/checkpoint/torchSave';

const STORAGE = { key: '0', size: 40, start: 0, end: 40, isDeflated: false };

function saved(value: PickleValue): TorchSave {
  return { value, storages: new Map([['0', STORAGE]]), isBigEndian: false };
}

function call(name: string, ...args: readonly PickleValue[]): PickleObject {
  return { kind: 'object', callee: { kind: 'global', name }, args, items: [], entries: [] };
}

function list(...items: PickleValue[]): PickleSequence {
  return { kind: 'list', items };
}

function tuple(...items: PickleValue[]): PickleSequence {
  return { kind: 'tuple', items };
}

function dict(entries: Readonly<Record<string, PickleValue>>): PickleValue {
  return { kind: 'dict', entries: Object.entries(entries) };
}

/** Ten floats. */
function tensor(shape: readonly number[] = [10], strides: readonly number[] = [1], offset: PickleValue = 0): PickleObject {
  const storage: PickleValue = { kind: 'reference', id: tuple('storage', { kind: 'global', name: 'torch.FloatStorage' }, '0', 'cpu', 10) };
  return call('torch._utils._rebuild_tensor_v2', storage, offset, tuple(...shape), tuple(...strides), false, call('collections.OrderedDict'));
}

describe('what is in a pickle', () => {
  it('is named by keys, indices and attributes', () => {
    const part = call('my.Thing');
    part.state = dict({ inner: tensor() });
    const { tensors, modules } = contentsOf(saved(dict({ a: list(tensor(), tuple(tensor())), b: part })));
    expect(tensors.map(({ name }) => name)).toEqual(['a.0', 'a.1.0', 'b.inner']);
    expect(modules).toEqual([]);
  });

  it('names a tensor that is held twice twice, but looks into what is held twice once', () => {
    const shared = list(tensor());
    let doubled: PickleValue = shared;
    for (let level = 0; level < 60; level++) doubled = list(doubled, doubled);
    expect(contentsOf(saved(doubled)).tensors).toHaveLength(1);
    const one = tensor();
    expect(contentsOf(saved(dict({ a: one, b: one }))).tensors.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('may hold itself, and be nested without end', () => {
    const itself = list(tensor());
    itself.items.push(itself);
    expect(contentsOf(saved(itself)).tensors).toHaveLength(1);
    let deep: PickleValue = tensor();
    for (let level = 0; level < 100_000; level++) deep = list(deep);
    expect(contentsOf(saved(deep)).tensors).toEqual([]);
  });

  it('is refused where names would multiply what the file holds', () => {
    const key = 'k'.repeat(100_000);
    const many = dict({ [key]: list(...Array.from({ length: 1000 }, () => tensor())) });
    expect(() => contentsOf(saved(many))).toThrow('the names of the tensors take more than 16 MiB');
  });

  it.each<[string, PickleValue, string]>([
    ['a tensor beyond its storage', tensor([11]), 'tensor "w" is larger than its storage "0" of 40 bytes'],
    ['an offset beyond its storage', tensor([1], [1], 10), 'tensor "w" is larger than its storage "0" of 40 bytes'],
    ['strides beyond its storage', tensor([2], [2 ** 52]), 'tensor "w" is larger than its storage "0" of 40 bytes'],
    ['fewer strides than sizes', tensor([1, 1]), 'tensor "w" is described in a way that cannot be read'],
    ['a negative size', tensor([-1]), 'tensor "w" is described in a way that cannot be read'],
    ['a size beyond exact numbers', tensor([2 ** 60]), 'tensor "w" is described in a way that cannot be read'],
    ['no offset', tensor([1], [1], null), 'tensor "w" is described in a way that cannot be read'],
    ['no storage', call('torch._utils._rebuild_tensor_v2', null, 0, tuple(), tuple()), 'tensor "w" is described in a way that cannot be read'],
    ['an unknown type', call('torch._utils._rebuild_meta_tensor_no_storage', { kind: 'global', name: 'torch.float7' }, tuple(), tuple(), false), 'tensor "w" is described in a way that cannot be read'],
  ])('is refused where there is %s', (_, value, message) => {
    expect(() => contentsOf(saved(dict({ w: value })))).toThrow(message);
  });

  it('may repeat one element without bounds', () => {
    const [expanded] = contentsOf(saved(dict({ w: tensor([1_000_000, 10], [0, 1]) }))).tensors;
    expect(expanded).toMatchObject({ shape: [1_000_000, 10], bytes: 40_000_000 });
  });
});
