import { afterAll, beforeAll } from 'vitest';
import { tensorflowDialect } from '../../../src/engine/formats/tensorflow/dialect';
import type { Tensor } from '../../../src/engine/graph/tensor';
import type { KernelRunner } from '../../../src/engine/host';
import { runGraph } from '../../../src/engine/runtime/executor';
import { buildGraph, constant, type AttributeSpec, type NodeSpec } from '../../support/graphBuilder';
import { startTestKernels } from '../../worker/kernels';

let kernels: KernelRunner;
beforeAll(async () => { kernels = await startTestKernels(); });
afterAll(() => kernels.close());

export const testKernels = (): KernelRunner => kernels;

/** float32 and int32 tensors as tests write them. */
export const f32 = (shape: readonly number[], ...values: number[]): Tensor => ({ dtype: 'float32', shape, data: Float32Array.from(values) });
export const i32 = (shape: readonly number[], ...values: number[]): Tensor => ({ dtype: 'int32', shape, data: Int32Array.from(values) });
export const i64 = (shape: readonly number[], ...values: number[]): Tensor => ({ dtype: 'int64', shape, data: BigInt64Array.from(values, BigInt) });

/** Runs one op on tensors and gives its outputs. */
export async function runOp(op: string, inputs: readonly Tensor[], attrs: Readonly<Record<string, AttributeSpec>> = {}, outputs = 1): Promise<Tensor[]> {
  const names = inputs.map((_, index) => `in${index}`);
  const nodes: NodeSpec[] = [...names.map((name) => constant(name, 'float32', [], [0])), { name: 'op', op, inputs: names, attrs }];
  return runGraph({
    graph: buildGraph(nodes),
    dialect: tensorflowDialect,
    feeds: new Map(names.map((name, index) => [`${name}:0`, inputs[index]!])),
    fetches: Array.from({ length: outputs }, (_, output) => ({ node: 'op', output })),
    kernels,
  });
}

/** Runs nodes without inputs and gives the values named `node` or `node:output`. */
export async function runNodes(nodes: readonly NodeSpec[], fetches: readonly string[], feeds: Readonly<Record<string, Tensor>> = {}): Promise<Tensor[]> {
  return runGraph({
    graph: buildGraph(nodes),
    dialect: tensorflowDialect,
    feeds: new Map(Object.entries(feeds).map(([name, tensor]) => [`${name}:0`, tensor])),
    fetches: fetches.map((name) => ({ node: name.split(':')[0]!, output: Number(name.split(':')[1] ?? 0) })),
    kernels,
  });
}
