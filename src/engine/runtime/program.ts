import type { Dialect } from '../dialect';
import { UserError } from '../errors';
import { valueKey, type Graph, type Node, type ValueRef } from '../graph/graph';
import type { WhileLoop } from './controlFlow';
import type { OpTable } from './operation';

/** Output `output` of step `step` of a program. */
export interface Source {
  readonly step: number;
  readonly output: number;
}

interface StepBase {
  readonly inputs: readonly Source[];
  /** Steps whose values nobody reads after this one, perhaps this one itself. */
  release: number[];
}

export type Step =
  | (StepBase & { readonly kind: 'feed'; readonly value: ValueRef })
  | (StepBase & {
      readonly kind: 'node';
      readonly node: Node;
      /** Branches of conditionals that must have been taken for the node to run. */
      readonly conditions: readonly Source[];
      /** Depends on constants only: computed once per program. */
      readonly constant: boolean;
    })
  | (StepBase & {
      readonly kind: 'loop';
      readonly loop: LoopProgram;
      /** Which of the step's results each Exit node delivers. */
      readonly exits: ReadonlyMap<string, number>;
    });

/** A graph in the order it runs. */
export interface Program {
  readonly steps: readonly Step[];
  readonly fetches: readonly Source[];
}

/** `while (condition) variables = body(variables)`; inputs of its step are the initial variables, then the invariants. */
export interface LoopProgram {
  readonly name: string;
  readonly condition: Program;
  readonly body: Program;
  /** Keys under which each variable is fed to condition and body. */
  readonly variables: readonly (readonly string[])[];
  readonly invariants: readonly string[];
}

interface Compilation {
  readonly graph: Graph;
  readonly dialect: Dialect;
  readonly table: OpTable;
  /** Ops without a row, with one node of each. */
  readonly missing: Map<string, string>;
}

/**
 * Orders the nodes that `fetches` and `observed` need, given the values in `fed`. Structured while loops become one step with programs
 * of their own, which compute what is observed inside them. `missing` collects ops without a row; throws UserError for values that cannot be computed.
 */
export function compile(compilation: Compilation, fetches: readonly ValueRef[], observed: readonly ValueRef[], fed: ReadonlySet<string>): Program {
  return compileRegion(compilation, fetches, outsideLoops(compilation, observed, fed), fed).program;
}

/** The values, and in place of those inside loops a result of their loop, which runs as a whole. */
function outsideLoops({ graph, dialect }: Compilation, values: readonly ValueRef[], fed: ReadonlySet<string>): readonly ValueRef[] {
  const inLoops = values.length === 0 ? new Set<string>() : dialect.nodesInLoops(graph);
  if (inLoops.size === 0) return values;
  const exits = dialect.exitsOfLoops?.(graph);
  return values.flatMap((value) => {
    if (fed.has(valueKey(value)) || !inLoops.has(value.node)) return [value];
    const exit = exits?.get(value.node);
    return exit === undefined ? [] : [{ node: exit, output: 0 }];
  });
}

function compileRegion(
  compilation: Compilation, fetches: readonly ValueRef[], observed: readonly ValueRef[], fed: ReadonlySet<string>,
): { program: Program; invariants: Node[] } {
  const { graph, dialect, table, missing } = compilation;
  const { isSwitch, isMerge, conditionsOf, loopOf, roleInLoop } = table.controlFlow;
  const steps: Step[] = [];
  const stepOf = new Map<string, number>();
  const lastReader: number[] = [];
  const invariants: Node[] = [];
  const loops = new Map<string, { region: WhileLoop; program: LoopProgram; inputs: ValueRef[] }>();
  const open = new Set<string>();

  /** The step that produces a value is found under this key. */
  const keyOf = (value: ValueRef): string => {
    if (fed.has(valueKey(value))) return `feed ${valueKey(value)}`;
    const node = graph.nodes.get(value.node);
    const loop = node === undefined ? undefined : loopOf(graph, node);
    if (loop !== undefined) return `loop ${loop.condition.id}`;
    return `node ${value.node}`;
  };
  const sourceOf = (value: ValueRef): Source => {
    const key = keyOf(value);
    const exit = key.startsWith('loop ') ? loops.get(key)!.region.exits.get(value.node) : undefined;
    return { step: stepOf.get(key)!, output: exit ?? (key.startsWith('feed ') ? 0 : value.output) };
  };
  const add = (key: string, step: Step): void => {
    stepOf.set(key, steps.length);
    const conditions = step.kind === 'node' ? step.conditions : [];
    for (const source of [...step.inputs, ...conditions]) lastReader[source.step] = steps.length;
    steps.push(step);
  };

  const targets = [...fetches, ...observed];
  const stack: ValueRef[] = [...targets].reverse();
  while (stack.length > 0) {
    const value = stack.at(-1)!;
    const key = keyOf(value);
    if (stepOf.has(key)) {
      stack.pop();
      continue;
    }
    const node = graph.nodes.get(value.node);
    if (node === undefined) throw new UserError(`The graph has no node "${value.node}"`);
    if (key.startsWith('feed ')) {
      add(key, { kind: 'feed', value, inputs: [], release: [] });
      continue;
    }
    if (key.startsWith('loop ') && !loops.has(key)) {
      const region = loopOf(graph, node)!;
      const program = compileLoop(compilation, region);
      loops.set(key, { region, program: program.loop, inputs: [...region.variables.map((variable) => variable.initial), ...program.invariants] });
    }
    const loop = loops.get(key);
    const role = loop === undefined ? roleInLoop(node) : undefined;
    if (role === 'inside' || (role === 'invariant' && targets.includes(value))) throw insideLoop(node);
    if (role === 'invariant') {
      invariants.push(node);
      add(key, { kind: 'feed', value, inputs: [], release: [] });
      continue;
    }
    if (dialect.isInput(node) && !dialect.isState(node) && node.inputs.length === 0) throw new UserError('A value must be fed to this input', { node: node.name });
    // A condition that is fed belongs to the loop body being compiled: inside, it holds.
    const conditions = loop === undefined ? conditionsOf(graph, node).filter((condition) => !fed.has(valueKey(condition))) : [];
    const needs = [...(loop?.inputs ?? node.inputs), ...conditions].filter((need) => !stepOf.has(keyOf(need)));
    if (needs.length > 0) {
      if (open.has(key)) throw new UserError('The node depends on its own result', { node: node.name });
      open.add(key);
      for (const need of needs.reverse()) stack.push(need);
      continue;
    }
    stack.pop();
    if (loop !== undefined) {
      add(key, { kind: 'loop', loop: loop.program, exits: loop.region.exits, inputs: loop.inputs.map(sourceOf), release: [] });
      continue;
    }
    const isConstantNode = dialect.isConstant(node) || dialect.isState(node);
    if (!isConstantNode && table.arithmetic[node.op] === undefined && table.movement[node.op] === undefined && !isMerge(node) && !isSwitch(node)) {
      if (!missing.has(node.op)) missing.set(node.op, node.name);
    }
    const inputs = node.inputs.map(sourceOf);
    const constant = conditions.length === 0 && !isSwitch(node) && !isMerge(node) && !dialect.hasSideEffects(node)
      && (isConstantNode || (table.isFunction(node) && inputs.every(({ step }) => isConstantStep(steps[step]!))));
    add(key, { kind: 'node', node, inputs, conditions: conditions.map(sourceOf), constant, release: [] });
  }

  const kept = new Set(fetches.map((fetch) => sourceOf(fetch).step));
  steps.forEach((step, index) => {
    if (!kept.has(index) && !isConstantStep(step)) steps[lastReader[index] ?? index]!.release.push(index);
  });
  return { program: { steps, fetches: fetches.map(sourceOf) }, invariants };
}

function isConstantStep(step: Step): boolean {
  return step.kind === 'node' && step.constant;
}

function compileLoop(compilation: Compilation, region: WhileLoop): { loop: LoopProgram; invariants: ValueRef[] } {
  const variables = region.variables.map(({ merge, whileTrue }) => [valueKey({ node: merge, output: 0 }), valueKey({ node: whileTrue, output: 1 })]);
  const fed = new Set(variables.flat());
  const condition = compileRegion(compilation, [region.condition.inputs[0]!], [], fed);
  const body = compileRegion(compilation, region.variables.map((variable) => variable.next), [], fed);
  const enters = new Map([...condition.invariants, ...body.invariants].map((enter) => [enter.id, enter]));
  return {
    loop: {
      name: region.condition.name,
      condition: condition.program,
      body: body.program,
      variables,
      invariants: [...enters.keys()].map((id) => valueKey({ node: id, output: 0 })),
    },
    invariants: [...enters.values()].map((enter) => enter.inputs[0]!),
  };
}

function insideLoop(node: Node): UserError {
  return new UserError('The value is computed inside a while loop and has no single result', {
    node: node.name, hint: 'Name a value outside the loop',
  });
}
