import type { Node } from '../graph/graph';
import type { Tensor } from '../graph/tensor';
import type { KernelRunner } from '../host';
import type { RuntimeValue } from './operation';
import type { Program, Step } from './program';

/**
 * What depends on constants only, kept between runs: values, and the kernels they are part of. Graphs that share nodes may
 * share a store; it is found there by the node and the constants it reads, not by the graph.
 */
export interface ConstantStore {
  /** Unique among all stores of this process: keys of kernels that embed constants begin with it and a space. */
  readonly key: string;
  /** The same number for the same node on the same constants, whatever the program. */
  identityOf(step: Step & { readonly kind: 'node' }, program: Program): number;
  /** Values of constant steps, by identity. */
  readonly values: Map<number, readonly RuntimeValue[]>;
  /** Half-precision constants as float32. */
  readonly widened: WeakMap<object, Tensor>;
  /** Returns the memory, here and in `kernels`. */
  clear(kernels: KernelRunner): void;
}

let stores = 0;

export function createConstantStore(): ConstantStore {
  const key = `graph ${++stores}`;
  const nodes = new WeakMap<Node, number>();
  const identities = new Map<string, number>();
  const known = new WeakMap<Step, number>();
  const values: ConstantStore['values'] = new Map();
  let lastNode = 0;
  const numberOf = (node: Node): number => {
    const number = nodes.get(node) ?? ++lastNode;
    nodes.set(node, number);
    return number;
  };
  const identityOf: ConstantStore['identityOf'] = (step, program) => {
    const found = known.get(step);
    if (found !== undefined) return found;
    // The steps of constants come before those that read them, and have run: their identities are known.
    const constants = step.inputs.map(({ step: at, output }) => {
      const source = program.steps[at]!;
      return source.kind === 'node' && source.constant ? `${known.get(source)}:${output}` : '';
    });
    const text = `${numberOf(step.node)}(${constants.join()})`;
    const identity = identities.get(text) ?? identities.size + 1;
    identities.set(text, identity);
    known.set(step, identity);
    return identity;
  };
  return {
    key,
    identityOf,
    values,
    widened: new WeakMap(),
    clear(kernels) {
      kernels.forget(`${key} `);
      values.clear();
    },
  };
}
