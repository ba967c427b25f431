import type { Dialect } from '../dialect';
import type { OwnRuntime } from '../modelRun';
import { uniqueValues, valueKey, type ValueRef } from '../graph/graph';
import { elementCount, type Tensor } from '../graph/tensor';
import { type FrameworkModel, type FrameworkRunner, type KernelRunner, NO_PROGRESS, type RuntimeChoice } from '../host';
import type { PreparedGraph, PrepareRequest } from './executor';
import { given, valueOfKey } from './requested';

/** What is to run models of a framework: those that only the embedded runtime runs are left to it, whatever was chosen. */
export function runtimeFor({ ownRuntime }: Dialect, choice: RuntimeChoice | undefined): RuntimeChoice | undefined {
  return choice?.kind === 'python' && ownRuntime === undefined ? { kind: 'embedded', why: 'onnxruntime is what runs ONNX models' } : choice;
}

/** What runs models of a framework and why, as the user is told. */
export function describeRuntime({ ownRuntime }: Dialect, { description, frameworks }: KernelRunner, choice: RuntimeChoice | undefined): string {
  const what = ownRuntime === undefined || frameworks === undefined ? `the embedded runtime on ${description}` : frameworks.describe(ownRuntime.framework);
  return choice?.why === undefined ? what : `${what}, because ${choice.why}`;
}

let models = 0;

/**
 * A graph that its own framework runs, in the file that would be written of it. Values inside loops have no single value
 * there, and are not observed. Running throws as FrameworkRunner does.
 */
export function prepareInFramework(request: PrepareRequest, own: OwnRuntime, runner: FrameworkRunner): PreparedGraph {
  const { graph, dialect, kernels } = request;
  const key = `model ${++models}`;
  const inLoops = dialect.nodesInLoops(graph);
  const isConstant = (id: string): boolean => dialect.isConstant(graph.nodes.get(id)!);
  const fetches = uniqueValues(request.fetches.filter((value) => !request.feeds.includes(valueKey(value)) && !isConstant(value.node)));
  const observed = uniqueValues(request.observed ?? []).filter(({ node }) => !inLoops.has(node) && !isConstant(node));
  const file = own.fileOf(graph);
  const nameOf = (value: ValueRef): string => file.nameOf(value);
  const model: FrameworkModel = {
    framework: own.framework,
    feeds: request.feeds.map((feed) => nameOf(valueOfKey(feed))),
    fetches: fetches.map(nameOf),
    observed: observed.map(nameOf),
    extremesOnly: request.extremesOnly === true,
    write: (sink, progress) => file.write(sink, progress),
  };
  return {
    async run({ feeds, observe = () => {}, progress = NO_PROGRESS }) {
      progress.throwIfCancelled();
      const inputs = request.feeds.map((feed) => feeds.get(feed)!);
      const outputs = await runner.run(`${key} whole`, model, inputs, (index, tensor) => observe(observed[index]!, withoutElements(tensor)), progress);
      const results = new Map(fetches.map((value, index) => [valueKey(value), outputs[index]!]));
      return request.fetches.map((value) => results.get(valueKey(value)) ?? given(value, feeds, graph, dialect));
    },
    close: () => kernels.forget(`${key} `),
  };
}

/** An empty value has no extremes. */
function withoutElements(tensor: Tensor): Tensor {
  return elementCount(tensor.shape) === 0 ? { ...tensor, data: new Float32Array() } : tensor;
}
