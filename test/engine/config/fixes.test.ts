import { describe, expect, it } from 'vitest';
import { editConfig } from '../../../src/document/configEdits';
import { parseConfig } from '../../../src/engine/config/parse';

const parse = (text: string) => parseConfig(text, 'c.json');

/** Titles of the fixes of the only problem, each with the file it leads to. */
function fixed(text: string): Record<string, unknown> {
  const { problems } = parse(text);
  expect(problems).toHaveLength(1);
  return Object.fromEntries((problems[0]!.fixes ?? []).map(({ title, edits }) => [title, JSON.parse(editConfig(parse(text), edits)) as unknown]));
}

describe('the fixes of a faulty file', () => {
  it.each<[string, Record<string, unknown>]>([
    ['{"use_bf6": true}', { 'Change to "use_bf16"': { use_bf16: true }, Remove: {} }],
    ['{"model": "x"}', { Remove: {} }],
    ['{"calibration": {"smapling_size": 5}}', { 'Change to "sampling_size"': { calibration: { sampling_size: 5 } }, Remove: { calibration: {} } }],
    ['{"use_bf16": "True"}', { 'Change to true': { use_bf16: true }, Remove: {} }],
    ['{"use_bf16": 1}', { Remove: {} }],
    ['{"bf16_reward": "0.5"}', { 'Change to 0.5': { bf16_reward: 0.5 }, Remove: {} }],
    ['{"bf16_reward": "-1"}', { Remove: {} }],
    ['{"calibration": {"sampling_size": "1.5"}}', { Remove: { calibration: {} } }],
    ['{"bf16_ops": "MatMul"}', { 'Change to ["MatMul"]': { bf16_ops: ['MatMul'] }, Remove: {} }],
    ['{"bf16_ops": ["Add", 3, "MatMul"]}', { Remove: { bf16_ops: ['Add', 'MatMul'] } }],
    ['{"bf16_ops": ["re:("]}', { Remove: { bf16_ops: [] } }],
    ['{"op_name_dict": {"a(": "fp32"}}', { Remove: { op_name_dict: {} } }],
    ['{"cast_cost": "byte"}', { 'Change to "bytes"': { cast_cost: 'bytes' }, Remove: {} }],
    ['{"calibration": {"algorithm": "KL"}}', { 'Change to "kl"': { calibration: { algorithm: 'kl' } }, Remove: { calibration: {} } }],
    ['{"keep_io_dtype": false}', { 'Change to true': { keep_io_dtype: true }, Remove: {} }],
    ['{"op_type_dict": {"Conv2D": "INT8"}}', { 'Change to "int8"': { op_type_dict: { Conv2D: 'int8' } }, Remove: { op_type_dict: {} } }],
    ['{"op_type_dict": {"Conv2D": "bfloat16"}}', { 'Change to "bf16"': { op_type_dict: { Conv2D: 'bf16' } }, Remove: { op_type_dict: {} } }],
    ['{"op_type_dict": {"Conv2D": ["int8", "float32"]}}', {
      'Change to "fp32"': { op_type_dict: { Conv2D: ['int8', 'fp32'] } }, Remove: { op_type_dict: { Conv2D: ['int8'] } },
    }],
    ['{"op_type_dict": {"Conv2D": {"activation": {"dtype": "int4"}}}}', {
      'Change to "int8"': { op_type_dict: { Conv2D: { activation: { dtype: 'int8' } } } }, Remove: { op_type_dict: { Conv2D: { activation: {} } } },
    }],
    ['{"accuracy_criterion": {"relative": 1, "absolute": 2}}', {
      Remove: { accuracy_criterion: { relative: 1 } }, 'Remove "relative"': { accuracy_criterion: { absolute: 2 } },
    }],
    ['{"cast_cost": "count", "cast_cost": "bytes"}', { 'Remove the first one': { cast_cost: 'bytes' } }],
  ])('%s', (text, fixes) => {
    expect(fixed(text)).toEqual(fixes);
  });
});
