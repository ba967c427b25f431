import type { Graph, Node, ValueRef } from '../graph/graph';

/** How a framework's graphs branch and loop. */
export interface ControlFlow {
  /** Hands its first input on to the output its second one chooses (0 = false, 1 = true); the other one is dead. */
  readonly isSwitch: (node: Node) => boolean;
  /** Takes whichever input is not dead, and tells which. */
  readonly isMerge: (node: Node) => boolean;
  /** Outputs of Switch nodes that must not be dead for the node to run, beside its inputs. */
  readonly conditionsOf: (graph: Graph, node: Node) => ValueRef[];
  /** The loop the node hands a result out of; undefined for any other node. */
  readonly loopOf: (graph: Graph, node: Node) => WhileLoop | undefined;
  /** Whether the node hands a value into a loop, or is part of one: such a value is no single tensor. `invariant` is the same in every trip. */
  readonly roleInLoop: (node: Node) => 'invariant' | 'inside' | undefined;
}

/** A loop `while (condition) variables = body(variables)`, as values of the graph. */
export interface WhileLoop {
  /** The node that computes the condition; it stands for the loop. */
  readonly condition: Node;
  readonly variables: readonly LoopVariable[];
  /** Which variable each node with a result of the loop delivers. */
  readonly exits: ReadonlyMap<string, number>;
}

export interface LoopVariable {
  readonly initial: ValueRef;
  readonly next: ValueRef;
  /** Ids of the Merge and the Switch. */
  readonly merge: string;
  readonly whileTrue: string;
}

/** Of graphs that neither branch nor loop. */
export const STRAIGHT_LINE: ControlFlow = {
  isSwitch: () => false,
  isMerge: () => false,
  conditionsOf: () => [],
  loopOf: () => undefined,
  roleInLoop: () => undefined,
};
