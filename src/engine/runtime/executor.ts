import type { Dialect } from '../dialect';
import { CancelledError, UserError } from '../errors';
import { valueKey, type Graph, type Node, type ValueRef } from '../graph/graph';
import type { Tensor } from '../graph/tensor';
import { NO_PROGRESS, type KernelRunner, type Progress } from '../host';
import { emptyPool, giveBuffer } from './bufferPool';
import { type ConstantStore, createConstantStore } from './constantStore';
import { rounded, widened } from './halfPrecision';
import { opContext } from './opContext';
import type { OpTable, RuntimeValue } from './operation';
import { prepareInFramework } from './ownFramework';
import { compile, type LoopProgram, type Program, type Source, type Step } from './program';
import { pytorchOperations } from './pytorch';
import { integerTensor, scalarOf } from './tensors';
import { tensorflowOperations } from './tensorflow';
import { prepareWholeModel } from './wholeModel';

export interface PrepareRequest {
  readonly graph: Graph;
  readonly dialect: Dialect;
  /** Values that a run returns. */
  readonly fetches: readonly ValueRef[];
  /** Values that are computed for `observe` to see, and not kept. */
  readonly observed?: readonly ValueRef[];
  /** `observe` may be given the extremes of an observed value in its place, as a tensor of its shape with two elements; NaN where it holds one. */
  readonly extremesOnly?: boolean;
  /** Keys (`valueKey`) of the values that will be fed; feeding an inner value cuts the graph there. */
  readonly feeds: readonly string[];
  /** What runs it: the framework itself where that is there, else kernels. */
  readonly kernels: KernelRunner;
  /** Shared with other graphs that have nodes in common; closing the graph leaves it as it is. Default: one of its own. */
  readonly constants?: ConstantStore;
}

export interface RunOptions {
  readonly feeds: ReadonlyMap<string, Tensor>;
  /** Sees every value as it is computed, once per loop iteration for values inside loops. The tensor is only valid during the call. */
  readonly observe?: (value: ValueRef, tensor: Tensor) => void;
  readonly progress?: Progress;
}

/** A graph made ready to run many times; values that depend on constants only are computed in the first run and kept. */
export interface PreparedGraph {
  run(options: RunOptions): Promise<Tensor[]>;
  /** Returns the memory kept for the next run, here and in `kernels`. */
  close(): void;
}

const OPERATIONS: Partial<Record<Dialect['framework'], OpTable>> = { tensorflow: tensorflowOperations, pytorch: pytorchOperations };

/** Marks values of the branch of a conditional that was not taken. */
const DEAD = Symbol('dead');
type EdgeValue = RuntimeValue | typeof DEAD;

interface Execution extends RunOptions {
  readonly kernels: KernelRunner;
  readonly dialect: Dialect;
  readonly table: OpTable;
  readonly progress: Progress;
  readonly constants: ConstantStore;
  /** How many kept values use a buffer; it is reused when the last one is released. */
  readonly holders: WeakMap<ArrayBufferLike, number>;
}

let wholeModels = 0;

/** Runs a graph once: see `prepareGraph`. Results are in the order of `fetches`. */
export async function runGraph(request: Omit<PrepareRequest, 'feeds'> & RunOptions): Promise<Tensor[]> {
  const prepared = prepareGraph({ ...request, feeds: [...request.feeds.keys()] });
  return prepared.run(request).finally(() => prepared.close());
}

/**
 * Orders the nodes the fetches need. Throws one UserError naming every op that cannot be run, before anything runs.
 * Running throws UserError naming the node at fault, or CancelledError between two nodes.
 */
export function prepareGraph(request: PrepareRequest): PreparedGraph {
  const { graph, dialect, fetches, feeds, kernels } = request;
  if (dialect.ownRuntime !== undefined && kernels.frameworks !== undefined) return prepareInFramework(request, dialect.ownRuntime, kernels.frameworks);
  if (dialect.wholeModel !== undefined) return prepareWholeModel(request, (wanted) => dialect.wholeModel!(graph, wanted), `whole model ${++wholeModels}`);
  const { program, table, missing } = compiled(graph, dialect, fetches, request.observed ?? [], feeds);
  if (missing.size > 0) throw missingOpsError(missing);
  const constants = request.constants ?? createConstantStore();
  return {
    async run(options) {
      const execution: Execution = { progress: NO_PROGRESS, ...options, kernels, dialect, table, constants, holders: new WeakMap() };
      // The caller may feed them again.
      hold(execution, [...options.feeds.values()], Infinity);
      const results = await runProgram(execution, program, options.feeds);
      return results.map((result, index) => {
        if (result !== DEAD && 'data' in result) return result;
        const node = graph.nodes.get(fetches[index]!.node);
        throw new UserError(result === DEAD ? 'The value is in a branch that was not taken' : 'The value is no tensor', { node: node?.name });
      });
    },
    close() {
      if (request.constants !== undefined) return;
      constants.clear(kernels);
      emptyPool();
    },
  };
}

/** Names of the ops the fetches need that have no row in the op table, with one node of each. */
export function missingOps(
  graph: Graph, dialect: Dialect, fetches: readonly ValueRef[], feeds: readonly string[],
): ReadonlyMap<string, string> {
  return compiled(graph, dialect, fetches, [], feeds).missing;
}

function compiled(graph: Graph, dialect: Dialect, fetches: readonly ValueRef[], observed: readonly ValueRef[], feeds: readonly string[]) {
  const table = OPERATIONS[dialect.framework];
  if (table === undefined) {
    throw new UserError(`Running ${dialect.framework} models is not supported`, { hint: 'Record ranges elsewhere and give them as calibration.ranges' });
  }
  const missing = new Map<string, string>();
  const functional = table.functional(graph, dialect);
  const program = compile({ graph: functional.graph, dialect, table, missing }, fetches.map((fetch) => functional.latest(fetch)), observed, new Set(feeds));
  return { program, table, missing };
}

function missingOpsError(missing: ReadonlyMap<string, string>): UserError {
  const ops = [...missing].map(([op, node]) => `${op} (node "${node}")`).join(', ');
  return new UserError(`The model cannot be run here, these ops are missing: ${ops}`, {
    hint: 'Run the model in your own Python (--runtime python; in VS Code: the setting mixedPrecision.runtime), or record ranges elsewhere and give them as calibration.ranges',
  });
}

async function runProgram(execution: Execution, program: Program, feeds: ReadonlyMap<string, EdgeValue>): Promise<EdgeValue[]> {
  const values = new Array<readonly EdgeValue[] | undefined>(program.steps.length);
  const read = ({ step, output }: Source): EdgeValue => {
    const value = values[step]![output];
    if (value === undefined) throw new UserError(`Output ${output} of "${stepName(program.steps[step]!)}" does not exist`);
    return value;
  };
  for (const [index, step] of program.steps.entries()) {
    execution.progress.throwIfCancelled();
    try {
      if (step.kind === 'feed') values[index] = [fed(step.value, feeds)];
      else if (step.kind === 'loop') values[index] = await runLoop(execution, step.loop, step.inputs.map(read));
      else if (step.conditions.some((condition) => read(condition) === DEAD)) values[index] = deadOutputs(execution, step.node);
      else values[index] = await runNode(execution, program, step, step.inputs.map(read));
    } catch (error) {
      throw atNode(error, stepName(step));
    }
    if (execution.observe !== undefined) offer(execution.observe, step, values[index]);
    hold(execution, values[index]);
    for (const done of step.release) {
      release(execution, values[done]!);
      values[done] = undefined;
    }
  }
  return program.fetches.map(read);
}

/** Shows `observe` the tensors of a step under their names in the graph: those a loop delivers are values of its Exit nodes. */
function offer(observe: NonNullable<RunOptions['observe']>, step: Step, results: readonly EdgeValue[]): void {
  const show = (value: ValueRef, result: EdgeValue | undefined): void => {
    if (result !== undefined && result !== DEAD && 'data' in result) observe(value, result);
  };
  if (step.kind === 'loop') for (const [exit, variable] of step.exits) show({ node: exit, output: 0 }, results[variable]);
  else if (step.kind === 'feed') show(step.value, results[0]);
  else results.forEach((result, output) => show({ node: step.node.id, output }, result));
}

/** Counts values as users of their buffers, each as so many; tensors in lists stay in use, lists are not followed further. */
function hold({ holders }: Execution, values: readonly EdgeValue[], users = 1): void {
  for (const value of values) {
    if (value === DEAD) continue;
    const [tensors, count] = 'data' in value ? [[value], users] : [value.elements, Infinity];
    for (const tensor of tensors) {
      const buffer = bufferOf(tensor);
      if (buffer !== undefined) holders.set(buffer, (holders.get(buffer) ?? 0) + count);
    }
  }
}

function release({ holders }: Execution, values: readonly EdgeValue[]): void {
  for (const value of values) {
    const buffer = value === DEAD || !('data' in value) ? undefined : bufferOf(value);
    if (buffer === undefined) continue;
    const left = holders.get(buffer)! - 1;
    if (left > 0) holders.set(buffer, left);
    else {
      holders.delete(buffer);
      giveBuffer(buffer);
    }
  }
}

function bufferOf(tensor: Tensor | undefined): ArrayBufferLike | undefined {
  return tensor === undefined || Array.isArray(tensor.data) ? undefined : (tensor.data as Uint8Array).buffer;
}

function fed(value: ValueRef, feeds: ReadonlyMap<string, EdgeValue>): EdgeValue {
  const found = feeds.get(valueKey(value));
  if (found === undefined) throw new UserError(`No value was fed to "${valueKey(value)}"`);
  return found;
}

async function runNode(
  execution: Execution, program: Program, step: Step & { kind: 'node' }, inputs: readonly EdgeValue[],
): Promise<readonly EdgeValue[]> {
  const { node } = step;
  const { isMerge, isSwitch } = execution.table.controlFlow;
  if (isMerge(node)) {
    const live = inputs.findIndex((input) => input !== DEAD);
    return live < 0 ? [DEAD, DEAD] : [inputs[live]!, integerTensor('int32', [], [live])];
  }
  if (inputs.includes(DEAD)) return deadOutputs(execution, node);
  const live = inputs as readonly RuntimeValue[];
  if (isSwitch(node)) return scalarOf(live[1] as Tensor) !== 0 ? [DEAD, live[0]!] : [live[0]!, DEAD];
  const identity = execution.constants.identityOf(step, program);
  const cached = step.constant ? execution.constants.values.get(identity) : undefined;
  if (cached !== undefined) return cached;
  const constantInputs = step.inputs.map(({ step: source }) => {
    const producer = program.steps[source]!;
    return producer.kind === 'node' && producer.constant;
  });
  const { dialect } = execution;
  const outputs = dialect.isConstant(node) || dialect.isState(node)
    ? [dialect.constantTensor(node)]
    : await compute(execution, node, live, constantInputs, identity);
  if (step.constant) execution.constants.values.set(identity, outputs);
  return outputs;
}

async function compute(
  execution: Execution, node: Node, inputs: readonly RuntimeValue[], constant: readonly boolean[], identity: number,
): Promise<readonly RuntimeValue[]> {
  const { table, kernels, constants } = execution;
  const types = execution.dialect.outputTypes(node);
  const contextOf = (values: readonly RuntimeValue[]) => opContext(node, types, values, constant, `${constants.key} ${identity}`, kernels);
  const movement = table.movement[node.op];
  if (movement !== undefined) return movement(contextOf(inputs));
  const wide = inputs.map((value, index) => {
    if (!('data' in value) || !constant[index]) return 'data' in value ? widened(value) : value;
    const known = constants.widened.get(value) ?? widened(value);
    constants.widened.set(value, known);
    return known;
  });
  const results = await table.arithmetic[node.op]!(contextOf(wide));
  return results.map((result, output) => ('data' in result ? rounded(result, types[output]) : result));
}

async function runLoop(execution: Execution, loop: LoopProgram, inputs: readonly EdgeValue[]): Promise<readonly EdgeValue[]> {
  const count = loop.variables.length;
  let variables = inputs.slice(0, count);
  if (inputs.includes(DEAD)) return variables.map(() => DEAD);
  for (;;) {
    const feeds = new Map<string, EdgeValue>();
    loop.invariants.forEach((key, index) => feeds.set(key, inputs[count + index]!));
    loop.variables.forEach((keys, index) => keys.forEach((key) => feeds.set(key, variables[index]!)));
    const [more] = await runProgram(execution, loop.condition, feeds);
    if (scalarOf(more as Tensor) === 0) return variables;
    variables = await runProgram(execution, loop.body, feeds);
  }
}

function deadOutputs(execution: Execution, node: Node): EdgeValue[] {
  return execution.dialect.outputTypes(node).map(() => DEAD);
}

function stepName(step: Step): string {
  if (step.kind === 'node') return step.node.name;
  return step.kind === 'feed' ? step.value.node : step.loop.name;
}

/** Says which node was running; errors that already name one pass through. */
function atNode(error: unknown, node: string): Error {
  if (error instanceof CancelledError) return error;
  if (error instanceof UserError) return error.at({ node });
  return new UserError(`The node could not be computed: ${(error as Error).message}`, { node });
}
