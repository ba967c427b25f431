import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/engine/config/parse';
import { editConfig, editsOf, exactPattern, findConfigKey, replacement } from '../../src/document/configEdits';
import type { FromConfig } from '../../webview/protocol';

const edited = (text: string | undefined, message: FromConfig) => editConfig(parseConfig(text, 'model.mixed-precision.json'), editsOf(message)!);

describe('edits of the config file', () => {
  it('make a file where there is none', () => {
    expect(edited(undefined, { type: 'setUseBf16', value: true })).toBe('{\n  "use_bf16": true\n}\n');
  });

  it('keep comments, order and formatting', () => {
    const text = '{\n    // heavy ops only\n    "op_type_dict": { "Softmax": "fp32" },\n    "use_bf16": false, // for now\n}\n';
    expect(edited(text, { type: 'setUseBf16', value: true })).toBe(text.replace('false', 'true'));
  });

  it('keep Windows line ends', () => {
    expect(edited('{\r\n  "use_bf16": true\r\n}\r\n', { type: 'setCastPlacement', placement: 'none' })).toBe(
      '{\r\n  "use_bf16": true,\r\n  "cast_placement": "none"\r\n}\r\n',
    );
  });

  it('remove the key of an op type that goes back to auto', () => {
    const text = '{\n  "op_type_dict": {\n    "Conv2D": "int8",\n    "Softmax": "fp32"\n  }\n}\n';
    expect(JSON.parse(edited(text, { type: 'setOpTypes', ops: ['Softmax'], choice: 'auto' }))).toEqual({ op_type_dict: { Conv2D: 'int8' } });
  });

  it('add nothing when what they remove is not there', () => {
    expect(edited('{}\n', { type: 'setOpTypes', ops: ['Softmax'], choice: 'auto' })).toBe('{}\n');
  });

  it('set what Casts cost and what BF16 is worth', () => {
    expect(JSON.parse(edited('{}', { type: 'setCastCost', cost: 'bytes' }))).toEqual({ cast_cost: 'bytes' });
    expect(JSON.parse(edited('{}', { type: 'setBf16Reward', reward: 0 }))).toEqual({ bf16_reward: 0 });
  });

  it('name a sensitive pattern only while it does not stay FP32', () => {
    const freed = edited('{}\n', { type: 'setSensitiveOps', name: 'softmax', staysFp32: false });
    expect(JSON.parse(freed)).toEqual({ sensitive_ops: { softmax: 'auto' } });
    expect(JSON.parse(edited(freed, { type: 'setSensitiveOps', name: 'softmax', staysFp32: true }))).toEqual({ sensitive_ops: {} });
  });

  it('name a rule of the preparation only while it is off', () => {
    const off = edited('{}\n', { type: 'setPreparation', rule: 'padding_fusion', isOn: false });
    expect(JSON.parse(off)).toEqual({ preparation: { padding_fusion: false } });
    expect(JSON.parse(edited(off, { type: 'setPreparation', rule: 'padding_fusion', isOn: true }))).toEqual({ preparation: {} });
    expect(parseConfig(off, 'a.json').config.preparation).toMatchObject({ padding_fusion: false, batch_norm_folding: true });
  });

  it('say how scales of weights are chosen', () => {
    expect(JSON.parse(edited('{}', { type: 'setWeightAlgorithm', algorithm: 'mse' }))).toEqual({ quantization: { weight_algorithm: 'mse' } });
  });

  it('put a changed override last, where it wins', () => {
    const text = '{ "op_name_dict": { "conv_1": "fp32", "conv_.*": "int8" } }';
    const result = parseConfig(edited(text, { type: 'setOverride', pattern: 'conv_1', choice: 'bf16' }), 'a.json').config.op_name_dict;
    expect(Object.entries(result)).toEqual([['conv_.*', 'int8'], ['conv_1', 'bf16']]);
  });

  it('leave a file that is not JSON alone, and say why', () => {
    expect(() => edited('{ "use_bf16": tru', { type: 'setUseBf16', value: true })).toThrow(/Invalid JSON/);
  });

  it('are none for messages that edit nothing', () => {
    expect(editsOf({ type: 'openFile' })).toBeUndefined();
    expect(editsOf({ type: 'toString' } as never)).toBeUndefined();
  });
});

describe('the smallest replacement', () => {
  it.each([
    ['{"a": 1}', '{"a": 2}'],
    ['', '{}'],
    ['aaa', 'aaaa'],
    ['aaaa', 'aaa'],
    ['same', 'same'],
  ])('turns %j into %j', (before, after) => {
    const { start, end, text } = replacement(before, after);
    expect(before.slice(0, start) + text + before.slice(end)).toBe(after);
  });

  it('touches only what differs', () => {
    expect(replacement('{"use_bf16": false}', '{"use_bf16": true}')).toEqual({ start: 13, end: 17, text: 'tru' });
  });
});

describe('the pattern of one name', () => {
  it('matches that name and no other', () => {
    const pattern = new RegExp(`^(?:${exactPattern('block.1/conv+bias (a)')})$`, 'u');
    expect(pattern.test('block.1/conv+bias (a)')).toBe(true);
    expect(pattern.test('block_1/conv+bias (a)')).toBe(false);
  });
});

describe('the place of a key', () => {
  const WHOLE = '{ "op_name_dict": { "head.*": "fp32" }, "use_bf16": true }';
  const at = (key: string | readonly (string | number)[], text = WHOLE) => {
    const place = findConfigKey(text, key);
    return place && text.slice(place.offset, place.offset + place.length);
  };

  it('is the whole property', () => {
    expect(at('use_bf16')).toBe('"use_bf16": true');
    expect(at('op_name_dict.head.*')).toBe('"head.*": "fp32"');
  });

  it('is that of a path, of any depth, and of an entry of a list', () => {
    expect(at(['op_name_dict', 'head.*'])).toBe('"head.*": "fp32"');
    const lists = '{ "bf16_ops": ["MatMul", "re:a"], "op_type_dict": { "Conv2D": { "weight": { "dtype": ["int8"] } } } }';
    expect(at(['bf16_ops', 1], lists)).toBe('"re:a"');
    expect(at(['op_type_dict', 'Conv2D', 'weight', 'dtype', 0], lists)).toBe('"int8"');
    expect(at(['op_type_dict', 'Conv2D', 'activation', 'dtype'], lists)).toBe('"Conv2D": { "weight": { "dtype": ["int8"] } }');
    expect(at([], lists)).toBeUndefined();
  });

  it('is the parent where the key is gone, and nowhere for an unknown one', () => {
    expect(at('op_name_dict.tail')).toBe('"op_name_dict": { "head.*": "fp32" }');
    expect(at('bf16_ops')).toBeUndefined();
  });
});
