import { describe, expect, it } from 'vitest';
import { editConfig } from '../../../src/document/configEdits';
import { diagnose } from '../../../src/engine/config/diagnose';
import { parseConfig } from '../../../src/engine/config/parse';
import { resolvePlan } from '../../../src/engine/config/plan';
import type { ConfigProblem } from '../../../src/engine/config/problem';
import { ruleUses } from '../../../src/engine/config/ruleUses';
import type { Dialect } from '../../../src/engine/dialect';
import { onnxDialect } from '../../../src/engine/formats/onnx/dialect';
import { pytorchDialect } from '../../../src/engine/formats/pytorch/dialect';
import { tensorflowDialect as dialect } from '../../../src/engine/formats/tensorflow/dialect';
import { buildGraph, constant, placeholder, type NodeSpec } from '../../support/graphBuilder';

const T = { T: 'float32' };
const conv = (name: string, input: string): NodeSpec =>
  ({ name, op: 'Conv2D', inputs: [input, 'w'], attrs: { ...T, strides: [1, 1, 1, 1], padding: 'SAME' } });
const unary = (name: string, op: string, input: string): NodeSpec => ({ name, op, inputs: [input], attrs: T });

/** x -> body/conv1 -> body/relu1 -> body/conv2 -> head/a+b (LRN) -> head/exp */
const GRAPH = buildGraph([
  placeholder('x', 'float32', [-1, 4, 4, 2]), constant('w', 'float32', [1, 1, 2, 2], [1]),
  conv('body/conv1', 'x'), unary('body/relu1', 'Relu', 'body/conv1'), conv('body/conv2', 'body/relu1'),
  unary('head/a+b', 'LRN', 'body/conv2'), unary('head/exp', 'Exp', 'head/a+b'),
]);

const parse = (text: string) => parseConfig(text, 'c.json');

function problemsOf(text: string, canCalibrate = false): ConfigProblem[] {
  const parsed = parse(text);
  expect(parsed.problems).toEqual([]);
  const plan = resolvePlan(GRAPH, parsed.config, { dialect, canCalibrate });
  return diagnose(parsed, GRAPH, dialect, plan, ruleUses(parsed.config, GRAPH, plan, dialect));
}

/** The file after each fix of a problem, by the fix's title. Whatever fix is taken, the problem is gone. */
function fixed(text: string, { message, fixes = [] }: ConfigProblem, canCalibrate = false): Record<string, unknown> {
  return Object.fromEntries(fixes.map(({ title, edits }) => {
    const after = editConfig(parse(text), edits);
    expect(problemsOf(after, canCalibrate).map((problem) => problem.message)).not.toContain(message);
    return [title, JSON.parse(after) as unknown];
  }));
}

/** Severity, the text it is about, and the message of each problem. */
const seen = (text: string, canCalibrate = false): string[][] =>
  problemsOf(text, canCalibrate).map(({ severity, offset, length, message }) => [severity, text.slice(offset, offset + length), message]);

const only = (text: string, canCalibrate = false): Record<string, unknown> => {
  const problems = problemsOf(text, canCalibrate);
  expect(problems).toHaveLength(1);
  return fixed(text, problems[0]!, canCalibrate);
};

it('finds nothing in a config that does what it says', () => {
  for (const text of ['{}', '{"use_bf16": true, "bf16_ops": ["re:body/.*"], "op_type_dict": {"Exp": "fp32"}, "op_name_dict": {"head/.*": "fp32"}}']) {
    expect(problemsOf(text, true)).toEqual([]);
  }
});

it('puts the worst first, and each kind in the order of the file', () => {
  const text = '{"op_name_dict": {"none": "fp32"}, "op_type_dict": {"Tanh": "fp32", "Cnv": "fp32", "Slip": "fp32"}, "bf16_ops": ["re:nothing"]}';
  expect(problemsOf(text).map(({ severity, path }) => [severity, ...path])).toEqual([
    ['error', 'op_type_dict', 'Cnv'], ['error', 'op_type_dict', 'Slip'], ['warning', 'op_name_dict', 'none'],
    ['warning', 'bf16_ops', 0], ['information', 'op_type_dict', 'Tanh'],
  ]);
});

describe('op types', () => {
  it('that do not exist are errors', () => {
    const text = '{"op_type_dict": {"conv2d": "fp32"}}';
    expect(seen(text)).toEqual([['error', '"conv2d"', '"op_type_dict" names the op type "conv2d", which does not exist; did you mean "Conv2D"?']]);
    expect(only(text)).toEqual({ 'Change to "Conv2D"': { op_type_dict: { Conv2D: 'fp32' } }, Remove: { op_type_dict: {} } });
  });

  it('of bf16_ops that do not exist are errors at the entry', () => {
    const text = '{"use_bf16": true, "bf16_ops": ["Relu", "Convolution3000"]}';
    expect(seen(text)).toEqual([['error', '"Convolution3000"', '"bf16_ops" names the op type "Convolution3000", which does not exist.']]);
    expect(only(text)).toEqual({ Remove: { use_bf16: true, bf16_ops: ['Relu'] } });
  });

  it('that are names of nodes are told how names are written', () => {
    const listed = '{"use_bf16": true, "bf16_ops": ["body/conv1"]}';
    expect(seen(listed)[0]![2]).toBe('"bf16_ops" names the op type "body/conv1", which does not exist. To name a node, write "re:body/conv1".');
    expect(only(listed)).toEqual({ 'Change to "re:body/conv1"': { use_bf16: true, bf16_ops: ['re:body/conv1'] }, Remove: { use_bf16: true, bf16_ops: [] } });
    const typed = '{"op_type_dict": {"head/a+b": ["fp32"]}}';
    expect(seen(typed)[0]![2]).toBe('"op_type_dict" names the op type "head/a+b", which does not exist. Nodes are named in op_name_dict.');
    expect(only(typed)).toEqual({ 'Move to op_name_dict': { op_type_dict: {}, op_name_dict: { 'head/a\\+b': ['fp32'] } }, Remove: { op_type_dict: {} } });
  });

  it('that only this model has not are worth knowing, those of bf16_ops together', () => {
    const text = '{"use_bf16": true, "op_type_dict": {"Softmax": "fp32"}, "bf16_ops": ["Tanh", "Relu", "Elu"]}';
    expect(seen(text)).toEqual([
      ['information', '"Softmax"', 'This model has no Softmax.'],
      ['information', '"bf16_ops"', 'This model has no Tanh, Elu.'],
    ]);
    expect(fixed(text, problemsOf(text)[0]!)).toEqual({ Remove: { use_bf16: true, op_type_dict: {}, bf16_ops: ['Tanh', 'Relu', 'Elu'] } });
    expect(fixed(text, problemsOf(text)[1]!)).toEqual({ 'Remove them': { use_bf16: true, op_type_dict: { Softmax: 'fp32' }, bf16_ops: ['Relu'] } });
  });
});

describe('patterns that match nothing', () => {
  it.each<[string, Record<string, unknown>]>([
    ['head', { 'Change to "head/.*" (2 ops)': { 'head/.*': 'fp32' }, Remove: {} }],
    ['conv', { 'Change to ".*conv.*" (2 ops)': { '.*conv.*': 'fp32' }, Remove: {} }],
    ['head/a+b', { 'Change to "head/a\\+b" (1 op)': { 'head/a\\+b': 'fp32' }, Remove: {} }],
    ['tail/.*', { Remove: {} }],
  ])('%s', (pattern, after) => {
    const text = JSON.stringify({ op_name_dict: { [pattern]: 'fp32' } });
    expect(seen(text)).toEqual([['warning', `"${pattern}"`, `"${pattern}" in the config matches no node of this model.`]]);
    expect(only(text)).toEqual(Object.fromEntries(Object.entries(after).map(([title, rules]) => [title, { op_name_dict: rules }])));
  });

  it('may be op types', () => {
    expect(only('{"op_name_dict": {"Exp": "fp32"}}')).toEqual({ 'Move to op_type_dict': { op_name_dict: {}, op_type_dict: { Exp: 'fp32' } }, Remove: { op_name_dict: {} } });
  });

  it('in bf16_ops stay in their place', () => {
    expect(only('{"use_bf16": true, "bf16_ops": ["re:body", "Relu"]}')).toEqual({
      'Change to "re:body/.*" (3 ops)': { use_bf16: true, bf16_ops: ['re:body/.*', 'Relu'] }, Remove: { use_bf16: true, bf16_ops: ['Relu'] },
    });
  });

  it('are told apart from those that match only what has no precision', () => {
    expect(seen('{"op_name_dict": {"w|x": "fp32"}}')).toEqual([
      ['warning', '"w|x"', 'op_name_dict "w|x" has no effect: it matches only constants, inputs and other nodes without a precision of their own.'],
    ]);
  });
});

describe('rules that others win over', () => {
  it('have no effect when all their ops are decided otherwise', () => {
    const text = '{"op_name_dict": {"body/conv1": {"activation": {"dtype": ["int8"]}}, "body/.*": "fp32"}}';
    expect(seen(text, true)).toEqual([['warning', '"body/conv1"', 'op_name_dict "body/conv1" has no effect: every op it matches is decided by op_name_dict "body/.*" further down.']]);
    const problem = problemsOf(text, true)[0]!;
    expect(problem.fixes!.map(({ title }) => title)).toEqual(['Remove', 'Move to the end, where it wins']);
    const moved = editConfig(parse(text), problem.fixes![1]!.edits);
    expect(Object.entries((JSON.parse(moved) as { op_name_dict: object }).op_name_dict)).toEqual([['body/.*', 'fp32'], ['body/conv1', { activation: { dtype: ['int8'] } }]]);
    expect(problemsOf(moved, true).map(({ severity, message }) => [severity, message])).toEqual([
      ['information', 'Of the 3 ops op_name_dict "body/.*" matches, others win for 1: op_name_dict "body/conv1" (INT8) for 1.'],
    ]);
  });

  it('may be op types and entries of bf16_ops, which only go', () => {
    const text = '{"use_bf16": true, "bf16_ops": ["Exp"], "op_type_dict": {"Relu": "bf16"}, "op_name_dict": {"body/relu.": "fp32", "head/exp": "fp32"}}';
    expect(seen(text)).toEqual([
      ['warning', '"Exp"', 'bf16_ops "Exp" has no effect: every op it matches is decided by op_name_dict "head/exp".'],
      ['warning', '"Relu"', 'op_type_dict "Relu" has no effect: every op it matches is decided by op_name_dict "body/relu.".'],
    ]);
    for (const problem of problemsOf(text)) expect(Object.keys(fixed(text, problem))).toEqual(['Remove']);
  });

  it('are worth knowing when some of their ops are, and who wins', () => {
    expect(seen('{"op_type_dict": {"Conv2D": "int8"}, "op_name_dict": {"body/conv1": "auto", ".*2": "fp32", "head/.*": "fp32", "head/exp": "fp32"}}', true)[0]).toEqual(
      ['warning', '"Conv2D"', 'op_type_dict "Conv2D" has no effect: every op it matches is decided by op_name_dict "body/conv1", op_name_dict ".*2".'],
    );
    expect(seen('{"op_type_dict": {"Conv2D": "int8"}, "op_name_dict": {"body/conv1": "auto"}}', true)).toEqual([
      ['information', '"Conv2D"', 'Of the 2 ops op_type_dict "Conv2D" matches, others win for 1: op_name_dict "body/conv1" (auto) for 1.'],
    ]);
  });

  it('are none where both say the same, or the stronger one leaves the op to the list', () => {
    expect(problemsOf('{"use_bf16": true, "bf16_ops": ["Conv2D"], "op_type_dict": {"Conv2D": ["bf16"]}, "op_name_dict": {"body/conv1": "auto"}}')).toMatchObject([
      { severity: 'information', path: ['op_type_dict', 'Conv2D'] },
    ]);
    expect(problemsOf('{"use_bf16": true, "bf16_ops": ["Exp"], "op_name_dict": {"head/exp": "int8"}}', true).map(({ path, severity }) => [severity, ...path])).toEqual([
      ['warning', 'op_name_dict', 'head/exp'],
    ]);
  });
});

describe('precisions that ops cannot have', () => {
  it('are warnings at the value, with the reason and what holds instead', () => {
    const text = '{"op_type_dict": {"Conv2D": "int8"}}';
    expect(seen(text)).toEqual([
      ['warning', '"int8"', 'op_type_dict "Conv2D" asks for INT8, but 2 Conv2D ops stay FP32: INT8 needs calibration data or recorded ranges, and none are given.'],
    ]);
    expect(only(text)).toEqual({ 'Change to "auto"': { op_type_dict: { Conv2D: 'auto' } }, Remove: { op_type_dict: {} } });
    expect(seen(text, true)).toEqual([]);
  });

  it('name what the defaults make of the ops', () => {
    const text = '{"use_bf16": true, "op_name_dict": {"body/conv1": "int8"}}';
    expect(seen(text)[0]![2]).toContain('but 1 Conv2D op becomes BF16: INT8 needs calibration data');
  });

  it('are possible once BF16 is on', () => {
    const text = '{"op_name_dict": {"body/conv.": "bf16"}}';
    expect(seen(text, true)).toEqual([['warning', '"bf16"', 'op_name_dict "body/conv." asks for BF16, but 2 Conv2D ops become INT8: BF16 is off (use_bf16).']]);
    expect(only(text)['Turn on use_bf16']).toEqual({ op_name_dict: { 'body/conv.': 'bf16' }, use_bf16: true });
    const list = '{"use_bf16": false, "bf16_ops": ["Exp", "re:body/.*"]}';
    expect(seen(list)).toEqual([['warning', '"bf16_ops"', 'bf16_ops has no effect while use_bf16 is off.']]);
    expect(only(list)).toEqual({ 'Turn on use_bf16': { use_bf16: true, bf16_ops: ['Exp', 're:body/.*'] }, Remove: { use_bf16: false } });
  });

  it('leave a rule in force for its other ops', () => {
    const text = '{"use_bf16": true, "op_name_dict": {"(body|head)/.*": "bf16"}}';
    expect(seen(text)).toHaveLength(1);
    expect(seen(text)[0]![2]).toMatch(/^op_name_dict "\(body\|head\)\/\.\*" asks for BF16, but 1 LRN op stays FP32: TensorFlow has no CPU kernel/);
    expect(only(text)).toEqual({ 'Let the others stay FP32': { use_bf16: true, op_name_dict: { '(body|head)/.*': ['bf16', 'fp32'] } } });
    expect(problemsOf('{"use_bf16": true, "bf16_ops": ["re:.*"]}').map(({ severity, path, fixes }) => [severity, ...path, fixes])).toEqual([['warning', 'bf16_ops', 0, undefined]]);
  });
});

describe('the target', () => {
  it.each(['avx2', 'avx512_vnni'])('%s has no BF16 instructions', (isa) => {
    const text = `{"use_bf16": true, "target_isa": "${isa}"}`;
    expect(seen(text)).toEqual([['warning', `"${isa}"`, `${isa} has no BF16 instructions: BF16 ops run slower than FP32 there.`]]);
    expect(only(text)).toEqual({ 'Turn use_bf16 off': { use_bf16: false, target_isa: isa }, 'Change to "avx512_bf16"': { use_bf16: true, target_isa: 'avx512_bf16' } });
  });

  it('without VNNI gains less from INT8', () => {
    expect(seen('{"target_isa": "avx2"}', true)).toEqual([['information', '"avx2"', 'INT8 runs on avx2, but gains less than with the VNNI instructions of avx512_vnni.']]);
    expect(seen('{"target_isa": "avx2"}')).toEqual([]);
    expect(only('{"target_isa": "avx2"}', true)).toEqual({ 'Change to "avx512_vnni"': { target_isa: 'avx512_vnni' } });
  });

  it.each(['{"use_bf16": true, "target_isa": "amx"}', '{"use_bf16": true, "target_isa": "avx512_bf16"}', '{"target_isa": "avx512_vnni"}'])('is right: %s', (text) => {
    expect(problemsOf(text, true)).toEqual([]);
  });
});

describe('the form', () => {
  it('has weights of 7 bits where the target is not known to have VNNI', () => {
    const text = '{"quantization": {"form": "fused"}}';
    expect(seen(text)).toEqual([['information', '"fused"', expect.stringMatching(/^Weights of fused INT8 kernels have 7 bits/)]]);
    expect(Object.keys(only(text))).toEqual(['Change to "avx512_vnni"', 'Change to true']);
    expect(seen('{"quantization": {"form": "fused"}, "target_isa": "amx"}')).toEqual([]);
  });

  it('overflows with 8 bits without VNNI', () => {
    const text = '{"quantization": {"form": "fused", "reduce_range": false}}';
    expect(seen(text)).toEqual([['warning', 'false', expect.stringMatching(/^On CPUs without VNNI instructions, sums/)]]);
    expect(Object.keys(only(text))).toEqual(['Change to "auto"', 'Change to "avx512_vnni"']);
  });

  it('is fused for TensorFlow models only', () => {
    const parsed = parse('{"quantization": {"form": "fused"}, "target_isa": "amx"}');
    const of = (asked: Dialect): string[] => diagnose(parsed, GRAPH, asked, resolvePlan(GRAPH, parsed.config, { dialect, canCalibrate: true }), []).map(({ message }) => message);
    expect(of(dialect)).toEqual([]);
    expect(of({ ...dialect, fusedForm: undefined })).toEqual([expect.stringMatching(/^Only TensorFlow models have a fused form: /)]);
    expect([onnxDialect.fusedForm, pytorchDialect.fusedForm]).toEqual([undefined, undefined]);
  });
});
