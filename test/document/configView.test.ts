import { expect, it } from 'vitest';
import { configView } from '../../src/document/configView';
import { parseConfig } from '../../src/engine/config/parse';
import type { AppliedConfig } from '../../src/engine/conversion';
import type { DisplayNode } from '../../webview/protocol';

const plan: Omit<AppliedConfig, 'config' | 'isFaulty' | 'snapshots'> = {
  opTypes: [{ op: 'Conv2D', count: 2, capability: ['int8', 'bf16'], choice: 'auto', planned: { fp32: 0, bf16: 1, int8: 1, other: 0 } }],
  overrides: [{ pattern: 'block\\.1/conv', matches: 1 }],
  sensitiveOps: [
    { name: 'softmax', reason: 'Probabilities add up to 1.', count: 3 },
    { name: 'losses', reason: 'Small errors count.', count: 0 },
  ],
  warnings: [{ node: 'pool', message: 'No BF16 kernel.' }],
  problems: [{ message: 'No node is named "tail".', path: ['op_name_dict', 'tail'], offset: 0, length: 0, severity: 'warning' }],
};
const selected: DisplayNode = { id: '7', name: 'block.1/conv', op: 'Conv2D', scope: ['block.1'], kind: 'op' };
const view = (text: string | undefined, changes: Partial<Parameters<typeof configView>[0]> = {}) => {
  const parsed = parseConfig(text, 'digits.mixed-precision.json');
  const state = { ...plan, config: parsed.config, isFaulty: false, problems: [...parsed.problems, ...plan.problems] };
  return configView({ model: 'digits.pb', file: 'digits.mixed-precision.json', parsed, plan: state, refused: undefined, selected, data: undefined, predicted: undefined, casts: undefined, snapshots: [], ...changes });
};

it('shows the override of the selected node', () => {
  expect(view('{ "op_name_dict": { "block\\\\.1/conv": "fp32" } }')).toMatchObject({
    selection: { name: 'block.1/conv', pattern: 'block\\.1/conv', choice: 'fp32', capability: ['int8', 'bf16'] },
    overrides: [{ pattern: 'block\\.1/conv', choice: 'fp32', matches: 1 }],
  });
});

it('shows the module of the selected op where modules are converted as wholes', () => {
  const parsed = parseConfig('{ "op_name_dict": { "features/0": "bf16" } }', 'digits.mixed-precision.json');
  const state = { ...plan, config: parsed.config, isFaulty: false, opTypes: [{ ...plan.opTypes[0]!, op: 'Conv2d' }] };
  const op = { name: 'conv2d', op: 'aten.conv2d.default', module: { path: 'features/0', type: 'torch.nn.modules.conv.Conv2d' } };
  const selection = (pytorchMode: 'fx' | 'eager') => view(undefined, { parsed, plan: { ...state, pytorchMode }, selected: op }).selection;
  expect(selection('eager')).toEqual({ name: 'features/0', pattern: 'features/0', op: 'Conv2d', choice: 'bf16', capability: ['int8', 'bf16'] });
  expect(selection('fx')).toMatchObject({ name: 'conv2d', pattern: 'conv2d', choice: 'auto' });
});

it('shows the defaults where there is no config file', () => {
  expect(view(undefined, { file: undefined })).toMatchObject({ file: undefined, useBf16: false, castPlacement: 'min_cut', calibration: { data: undefined } });
});

it('shows which rules of the preparation are on, and how weights are scaled', () => {
  const shown = view('{ "preparation": { "constant_folding": false }, "quantization": { "weight_algorithm": "mse" } }');
  expect(shown).toMatchObject({ preparation: { constant_folding: false, batch_norm_folding: true }, weightAlgorithm: 'mse' });
});

it('says which patterns the config leaves FP32', () => {
  const { sensitiveOps } = view('{ "sensitive_ops": { "softmax": "auto" } }');
  expect(sensitiveOps).toEqual([
    { name: 'softmax', reason: 'Probabilities add up to 1.', count: 3, staysFp32: false },
    { name: 'losses', reason: 'Small errors count.', count: 0, staysFp32: true },
  ]);
});

it('shows what the placement of Casts goes by', () => {
  const text = '{ "cast_placement": "min_cut", "cast_cost": "bytes", "bf16_reward": 0 }';
  expect(view(text)).toMatchObject({ castPlacement: 'min_cut', castCost: 'bytes', bf16Reward: 0 });
});

it('lists problems of the file, the plan and its warnings', () => {
  const problems = view('{ "use_bf61": true }').problems.map(({ message }) => message);
  expect(problems[0]).toContain('use_bf61');
  expect(problems.slice(1)).toEqual(['No node is named "tail".', 'pool: No BF16 kernel.']);
});

it('knows nothing of ops before the model is open', () => {
  expect(view('{}', { plan: undefined, selected: undefined })).toMatchObject({ opTypes: [], selection: undefined });
});

it('says so where no op that became BF16 was worth its Casts', () => {
  const counts = (bf16: number) => ({ fp32: 5, bf16, int8: 0, other: 0 });
  const snapshots = [{ phase: undefined, counts: counts(0) }, { phase: 'quantize' as const, counts: counts(0) }, { phase: 'bf16' as const, counts: counts(3) }];
  const problems = (after: number): readonly string[] => view('{ "use_bf16": true }', { snapshots: [...snapshots, { phase: 'optimize', counts: counts(after) }] }).problems.map(({ message }) => message);
  expect(problems(0).at(-1)).toMatch(/^The 3 ops that became BF16 returned to FP32/);
  expect(problems(1).join()).not.toMatch(/returned/);
  expect(view('{ "use_bf16": true }', { snapshots }).problems.map(({ message }) => message).join()).not.toMatch(/returned/);
});

it('shows what is in force as faulty where the engine refused the file, and why first', () => {
  const { isFaulty, problems } = view('{}', { refused: 'No value is named "tail".' });
  expect([isFaulty, problems[0]]).toEqual([true, { message: 'No value is named "tail".', severity: 'error', fixes: [] }]);
});

it('has the outcome of the phases once all ran, else the predicted one', () => {
  const predicted = { precision: { fp32: 1, bf16: 2, int8: 3, other: 0 }, casts: { inserted: 4, folded: 2, remaining: 2, lowerBound: 2 }, assumesRanges: true };
  const casts = { inserted: 5, folded: 5, remaining: 0, lowerBound: 0 };
  const counts = { fp32: 6, bf16: 0, int8: 0, other: 0 };
  const snapshots = ([undefined, 'quantize', 'bf16', 'optimize'] as const).map((phase) => ({ phase, counts }));
  expect(view('{}').outcome).toBeUndefined();
  expect(view('{}', { predicted, casts, snapshots: snapshots.slice(0, 3) }).outcome).toEqual({ ...predicted, isPredicted: true });
  expect(view('{}', { predicted, casts, snapshots }).outcome).toEqual({ precision: counts, casts, assumesRanges: false, isPredicted: false });
  // The report of the newest phase is on its way.
  expect(view('{}', { predicted, snapshots }).outcome?.isPredicted).toBe(true);
});
