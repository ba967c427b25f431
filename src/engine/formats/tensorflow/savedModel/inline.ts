import { UserError } from '../../../errors';
import type { Node, ValueRef } from '../../../graph/graph';
import { UniqueNames } from '../../../graph/uniqueNames';
import { cancelCheck, type Progress } from '../../../host';
import { type Body, callsOf, type FunctionLibrary } from './body';
import { connect } from './connect';
import { findEffects } from './effects';
import { type Instance, type Inlining, scopeOfCall } from './instance';
import { lowerCase } from './lowerCase';
import { lowerIf } from './lowerIf';
import { lowerWhile } from './lowerWhile';
import { neededNodes } from './neededNodes';

/** A graph without calls. */
export interface FlatGraph {
  readonly nodes: ReadonlyMap<string, Node>;
  /** Where a value of the main graph is. */
  valueOf(value: ValueRef): ValueRef;
  /** The nodes to wait for in the place of a node of the main graph. */
  waitsOf(node: string): readonly string[];
}

/**
 * The nodes of the main graph that `roots` need, with the bodies of the functions they call in the place of the calls
 * (inline_function_utils.cc), While, If and Case lowered to the ops of TensorFlow 1's loops and conditionals
 * (lower_while_op.cc, lower_if_op.cc, lower_case_op.cc). Nodes keep their names below the scope of the call; a name that is taken gets a number. Linear in the
 * result. Throws UserError for functions that call themselves and for more than `limit` nodes and calls.
 */
export function inlineFunctions(main: Body, library: FunctionLibrary, roots: readonly string[], limit: number, file: string, progress: Progress): FlatGraph {
  const naming = new UniqueNames();
  const inlining: Inlining = { pending: [], gates: new Map(), effects: findEffects(main, library, file), file, naming };
  const root: Instance = { body: main, call: undefined, scope: '', gate: undefined, ids: new Map(), inlined: new Map(), bindings: new Map() };
  const waiting = [root];
  const check = cancelCheck(progress);
  let met = 0;
  for (const instance of waiting) {
    const { body, scope, gate } = instance;
    const needed = instance === root ? neededNodes(body.nodes, roots) : neededNodes(body.nodes, [...body.results.map((value) => value.node), ...inlining.effects.get(body)!]);
    const called: Instance[] = [];
    for (const node of needed) {
      check();
      const id = naming.of(scope + node.name);
      instance.ids.set(node.name, id);
      const calls = callsOf(node, library);
      const enter = (callee: Body, region = gate): Instance => {
        const child: Instance = {
          body: callee, call: { instance, node }, scope: scopeOfCall(instance, node, callee, id), gate: region, ids: new Map(), inlined: new Map(), bindings: new Map(),
        };
        called.push(child);
        return child;
      };
      if (calls === undefined) {
        const bare: Node = node.id === id ? node : { ...node, id, name: id };
        inlining.pending.push({ node: bare, inputs: node.inputs.map((value) => ({ instance, value })), waits: node.controlInputs.map((name) => ({ instance, node: name })), gate, isGated: true });
        inlining.gates.set(id, gate);
      } else if (calls.kind === 'call') {
        instance.inlined.set(node.name, { kind: 'call', instance: enter(calls.body) });
      } else if (calls.kind === 'if') {
        instance.inlined.set(node.name, lowerIf(inlining, { instance, node, id, calls, enter }));
      } else if (calls.kind === 'case') {
        instance.inlined.set(node.name, lowerCase(inlining, { instance, node, id, calls, enter }));
      } else {
        instance.inlined.set(node.name, lowerWhile(inlining, { instance, node, id, calls, enter }));
      }
    }
    for (const child of called) waiting.push(child);
    met += needed.length;
    if (met > limit) {
      throw new UserError('its functions call each other so often that the graph would not fit into memory', { file, hint: 'Export a model with fewer nested calls' });
    }
  }
  return connect(root, inlining);
}
