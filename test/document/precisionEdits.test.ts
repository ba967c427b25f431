import { describe, expect, it } from 'vitest';
import { editConfig } from '../../src/document/configEdits';
import { precisionEdits, type Targets } from '../../src/document/precisionEdits';
import { parseConfig } from '../../src/engine/config/parse';
import { matchesWholeName } from '../../src/engine/config/pattern';
import type { PrecisionChoice } from '../../webview/protocol';

const edited = (text: string, targets: Targets, choice: PrecisionChoice) => parseConfig(editConfig(parseConfig(text, 'a.json'), precisionEdits(targets, choice)), 'a.json').config;

describe('setting a precision', () => {
  it('of an op names that op alone', () => {
    const [pattern, choice] = Object.entries(edited('{}', { target: 'op', names: ['block.1/conv+bias'] }, 'bf16').op_name_dict)[0]!;
    expect([pattern, choice].at(-1)).toBe('bf16');
    expect(['block.1/conv+bias', 'blockx1/conv+bias', 'block.1/conv+bias/read'].map(matchesWholeName(pattern))).toEqual([true, false, false]);
  });

  it('of a group names all it holds, at any depth, and nothing beside it', () => {
    const [pattern] = Object.keys(edited('{}', { target: 'group', names: ['encoder/layer_1'] }, 'int8').op_name_dict);
    const names = ['encoder/layer_1/dense', 'encoder/layer_1/a/b', 'encoder/layer_1', 'encoder/layer_10/dense', 'x/encoder/layer_1/dense'];
    expect(names.map(matchesWholeName(pattern!))).toEqual([true, true, false, false, false]);
  });

  it('of a module names it and all it holds', () => {
    const [pattern] = Object.keys(edited('{}', { target: 'group', names: ['features/0'], areModules: true }, 'int8').op_name_dict);
    expect(['features/0', 'features/0/conv', 'features/01', 'x/features/0'].map(matchesWholeName(pattern!))).toEqual([true, true, false, false]);
  });

  it('of repeated groups names each of them, and of the whole model all', () => {
    expect(edited('{}', { target: 'group', names: ['a', 'b'] }, 'fp32').op_name_dict).toEqual({ 'a/.*': 'fp32', 'b/.*': 'fp32' });
    expect(edited('{}', { target: 'group', names: [''] }, 'fp32').op_name_dict).toEqual({ '.*': 'fp32' });
  });

  it('wins over what was set before', () => {
    const text = '{ "op_name_dict": { "a/b": "fp32", "a/.*": "bf16" } }';
    expect(Object.entries(edited(text, { target: 'op', names: ['a/b'] }, 'int8').op_name_dict)).toEqual([['a/.*', 'bf16'], ['a/b', 'int8']]);
  });

  it('of an op type sets that', () => {
    expect(edited('{}', { target: 'opType', names: ['Conv2D'] }, 'fp32').op_type_dict).toEqual({ Conv2D: 'fp32' });
  });

  it.each([['op', 'a/b'], ['group', 'a'], ['opType', 'Relu']] as const)('to auto takes back what was set for the %s', (target, name) => {
    const before = { op_name_dict: { 'a/b': 'bf16', 'a/.*': 'bf16' }, op_type_dict: { Relu: 'bf16' } };
    const { op_name_dict, op_type_dict } = edited(JSON.stringify(before), { target, names: [name] }, 'auto');
    expect(Object.keys({ ...op_name_dict, ...op_type_dict })).toHaveLength(2);
  });
});
