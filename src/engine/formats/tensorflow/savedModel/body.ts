import type { Node, ValueRef } from '../../../graph/graph';
import { functionNames } from '../attributes';

/**
 * The main graph or the body of a function, as the file has it: names are its own. A value is an output of one of the
 * nodes, or output 0 of an argument.
 */
export interface Body {
  /** Name of the function, '' for the main graph. */
  readonly name: string;
  readonly nodes: ReadonlyMap<string, Node>;
  /** Index of each argument by name. */
  readonly arguments: ReadonlyMap<string, number>;
  readonly results: readonly ValueRef[];
  /** Nodes that run whenever the function is called, whatever becomes of its results. */
  readonly effects: readonly string[];
}

/** The functions of a model, decoded when they are first asked for. */
export interface FunctionLibrary {
  has(name: string): boolean;
  /** Throws UserError for a function that is not there and for one that is not as TensorFlow writes them. */
  body(name: string): Body;
  /** A serialised FunctionDefLibrary of the functions with these names and all that they call; undefined where none is there. */
  withCallees(names: readonly string[]): Uint8Array | undefined;
}

/** How an op calls functions: once, by a condition or a number, or again and again. Undefined for any other op. */
export type Calls =
  | { readonly kind: 'call'; readonly body: Body }
  | { readonly kind: 'if'; readonly then: Body; readonly else: Body }
  | { readonly kind: 'case'; readonly branches: readonly Body[] }
  | { readonly kind: 'while'; readonly cond: Body; readonly body: Body };

/** The functions a node calls, or undefined for one that calls none that could be inlined. */
export function callsOf(node: Node, library: FunctionLibrary): Calls | undefined {
  const named = (attribute: string): Body => {
    const value = node.attributes.get(attribute);
    return library.body(value?.kind === 'function' ? value.value : '');
  };
  switch (node.op) {
    case 'PartitionedCall':
    case 'StatefulPartitionedCall': return { kind: 'call', body: named('f') };
    case 'If':
    case 'StatelessIf': return { kind: 'if', then: named('then_branch'), else: named('else_branch') };
    case 'Case':
    case 'StatelessCase': return { kind: 'case', branches: functionNames(node.attributes.get('branches')).map((name) => library.body(name)) };
    case 'While':
    case 'StatelessWhile': return { kind: 'while', cond: named('cond'), body: named('body') };
    default: return library.has(node.op) ? { kind: 'call', body: library.body(node.op) } : undefined;
  }
}

/** The bodies a node calls. */
export function calledBodies(calls: Calls | undefined): readonly Body[] {
  switch (calls?.kind) {
    case 'call': return [calls.body];
    case 'if': return [calls.then, calls.else];
    case 'case': return calls.branches;
    case 'while': return [calls.cond, calls.body];
    default: return [];
  }
}
