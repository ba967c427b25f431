// While loops and lists of tensors in BF16, as TensorFlow accepts and computes them.
import { describe, expect, it } from 'vitest';
import { compareInTensorFlow, convertGraph, expectSameResults, type Converted } from './cases';
import type { ConfigFile } from './convert';
import type { Model } from './model';

const CONFIGS: readonly (readonly [string, ConfigFile])[] = [
  ['the defaults', { use_bf16: true }],
  ['MatMul listed', { use_bf16: true, bf16_ops: ['MatMul'] }],
  ['Merge listed', { use_bf16: true, bf16_ops: ['Merge'] }],
  ['everything listed', { use_bf16: true, bf16_ops: ['re:.*'] }],
  ['the defaults, minimum cut', { use_bf16: true, cast_placement: 'min_cut' }],
  ['MatMul listed, minimum cut', { use_bf16: true, bf16_ops: ['MatMul'], cast_placement: 'min_cut' }],
  ['everything listed, depth first', { use_bf16: true, bf16_ops: ['re:.*'], cast_placement: 'depth_first' }],
  ['the defaults, depth first', { use_bf16: true, cast_placement: 'depth_first' }],
  ['the defaults, all Casts kept', { use_bf16: true, cast_placement: 'none' }],
];
const EVERYTHING = { use_bf16: true, bf16_ops: ['re:.*'] };

/** A few trips around a loop round more often than a few ops in a row. */
const TOLERANCE = 0.03;

/** Merge reads NextIteration directly, in its own type; so do the Switch and Exit behind it. */
function expectTiesKept(model: Model): void {
  for (const merge of model.ofOp('Merge')) {
    const sources = merge.inputs.filter((input) => !input.startsWith('^')).map((_, input) => model.producer(merge, input));
    if (!sources.some(({ op }) => op === 'NextIteration')) continue;
    expect(sources.map(({ op }) => op).sort(), merge.name).toEqual(['Enter', 'NextIteration']);
    expect(sources.map(({ attributes }) => attributes['T']), merge.name).toEqual(sources.map(() => merge.attributes['T']));
    const switches = model.ofOp('Switch').filter((node) => model.producer(node, 0) === merge && model.producer(node, 1).op === 'LoopCond');
    expect(switches.map(({ attributes }) => attributes['T']), merge.name).toEqual(switches.map(() => merge.attributes['T']));
  }
}

const elementTypes = (model: Model): Set<unknown> => new Set(model.nodes.flatMap(({ attributes }) => attributes['element_dtype'] ?? []));
const typesOf = ({ model }: Converted, op: string): unknown[] => model.ofOp(op).map(({ attributes }) => attributes['T']);

describe.each(['accumulator', 'nested', 'conditional', 'float_counter', 'list_loop', 'list_ops', 'list_to_function'])('%s', (graph) => {
  it.each(CONFIGS)('is valid and right with %s', async (_, config) => {
    const converted = await convertGraph(graph, config);
    expectTiesKept(converted.model);
    expect(elementTypes(converted.model).size).toBeLessThan(2);
    await expectSameResults(converted, TOLERANCE);
  });
});

describe('loops in INT8', () => {
  it.each([
    ['float_counter', ['product']], ['nested', ['inner_product', 'outer_product']], ['conditional', ['product']], ['list_loop', ['product']],
  ])('%s reads quantized values in every trip', async (graph, products) => {
    for (const use_bf16 of [false, true]) {
      const converted = await convertGraph(graph, { use_bf16 }, true);
      const { model } = converted;
      for (const name of products) {
        const product = model.ofOp('MatMul').find((node) => node.name.endsWith(name))!;
        expect([0, 1].map((input) => model.producer(product, input).op), name).toEqual(['Dequantize', 'Dequantize']);
      }
      expectTiesKept(model);
      await expectSameResults(converted, TOLERANCE);
    }
  });
});

describe('loops in BF16', () => {
  it('compute in BF16 from Enter to Exit, with Casts at the model\'s borders only', async () => {
    const converted = await convertGraph('nested', EVERYTHING);
    expect(typesOf(converted, 'MatMul')).toEqual(['bfloat16', 'bfloat16']);
    for (const op of ['Enter', 'Merge', 'Switch', 'NextIteration', 'Exit']) expect(typesOf(converted, op), op).not.toContain('float32');
    expect(converted.model.casts).toEqual(['bfloat16->float32', 'float32->bfloat16']);
  });

  it('keep a float that counts trips, and its comparison, in FP32: it counts all 300', async () => {
    const converted = await convertGraph('float_counter', EVERYTHING);
    expect(typesOf(converted, 'Less')).toContain('float32');
    expect(typesOf(converted, 'MatMul')).toEqual(['bfloat16']);
    expect(converted.report.warnings.map(({ message }) => message).join()).toContain('It decides how often a loop runs');
    for (const { outputs } of await compareInTensorFlow(converted)) expect(outputs['trips']!.equal).toBe(true);
  });

  it('keep BF16 elements in their lists, those never written among them', async () => {
    for (const graph of ['list_loop', 'list_ops']) {
      const converted = await convertGraph(graph, EVERYTHING);
      expect(elementTypes(converted.model)).toEqual(new Set(['bfloat16']));
    }
  });

  it('leave a list alone that a function reads', async () => {
    const converted = await convertGraph('list_to_function', EVERYTHING);
    expect(elementTypes(converted.model)).toEqual(new Set(['float32']));
    expect(converted.model.typeOf('relu', 'Relu')).toBe('bfloat16');
    expect(converted.report.warnings.map(({ message }) => message).join()).toContain('which relies on the type of the elements');
  });
});
