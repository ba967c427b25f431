import type { Node, ValueRef } from '../../../graph/graph';
import type { UniqueNames } from '../../../graph/uniqueNames';
import type { Body } from './body';
import type { Effects } from './effects';

/**
 * A part of the graph that runs only sometimes: a branch of a conditional, or one trip around a loop. What reads nothing of
 * the part must wait for the node `id` in order to run when the part does.
 */
export interface Gate {
  readonly id: string;
}

/** A body in the place of one call of it. */
export interface Instance {
  readonly body: Body;
  readonly call: { readonly instance: Instance; readonly node: Node } | undefined;
  /** What the names of its nodes begin with. */
  readonly scope: string;
  readonly gate: Gate | undefined;
  /** Ids in the flat graph by name in the body; calls have one too, which no node has. */
  readonly ids: Map<string, string>;
  /** What stands in the place of calls. */
  readonly inlined: Map<string, Inlined>;
  /** Where arguments come from, by index; those left out are the call's own inputs. */
  readonly bindings: Map<number, Located>;
}

/** A call: the instance of its body, or the values that lowered ops give in the place of its outputs. */
export type Inlined =
  | { readonly kind: 'call'; readonly instance: Instance }
  | { readonly kind: 'values'; readonly values: readonly Located[]; readonly waits: readonly string[] };

/** A value of an instance's body, or of the flat graph. */
export interface Located {
  readonly instance: Instance | undefined;
  readonly value: ValueRef;
}

/** A node of an instance's body to wait for, or one of the flat graph. */
export interface Waited {
  readonly instance: Instance | undefined;
  readonly node: string;
}

/** A node of the flat graph whose inputs are not known yet. */
export interface PendingNode {
  readonly node: Node;
  readonly inputs: readonly Located[];
  readonly waits: readonly Waited[];
  readonly gate: Gate | undefined;
  /** Whether it has to wait for its gate where it reads nothing behind it. */
  readonly isGated: boolean;
}

/** The flat graph while it is made. */
export interface Inlining {
  readonly pending: PendingNode[];
  /** What part of the graph values belong to, by node id, or by `id:output` where the outputs differ. */
  readonly gates: Map<string, Gate | undefined>;
  readonly effects: Effects;
  readonly naming: UniqueNames;
  readonly file: string;
}

/** Names TensorFlow gives calls that the user wrote none for. */
const UNNAMED_CALL = /^(Stateful)?PartitionedCall(_\d+)?$/;

/**
 * The scope of a callee: that of the call, its name included unless TensorFlow made it up or the names of the body
 * begin with it already, as those of loops do.
 */
export function scopeOfCall(caller: Instance, call: Node, callee: Body, id: string): string {
  const slash = call.name.lastIndexOf('/');
  if (UNNAMED_CALL.test(call.name.slice(slash + 1))) return caller.scope + call.name.slice(0, slash + 1);
  const isScoped = [...callee.nodes.keys()].every((name) => name.startsWith(`${call.name}/`));
  return isScoped ? caller.scope : `${id}/`;
}
