import { opDefinition } from '../../../capabilities/tensorflow';
import { UserError } from '../../../errors';
import { type Body, calledBodies, callsOf, type FunctionLibrary } from './body';
import { READS_OF_VARIABLES } from './variableReads';

/** By body: the nodes that run for an effect of their own whenever the body does. */
export type Effects = ReadonlyMap<Body, readonly string[]>;

/**
 * What the main graph and the functions it reaches do beside giving values. Reading variables is none of it, since they
 * become constants. Throws UserError for a function that calls itself, directly or through others. Linear.
 */
export function findEffects(main: Body, library: FunctionLibrary, file: string): Effects {
  const effects = new Map<Body, readonly string[]>();
  for (const body of calleesFirst(main, library, file)) {
    effects.set(body, body.effects.filter((name) => {
      const node = body.nodes.get(name);
      if (node === undefined || READS_OF_VARIABLES.has(node.op)) return false;
      const called = calledBodies(callsOf(node, library));
      return called.length > 0 ? called.some((callee) => effects.get(callee)!.length > 0) : (opDefinition(node.op)?.isStateful ?? true);
    }));
  }
  return effects;
}

function calleesFirst(main: Body, library: FunctionLibrary, file: string): readonly Body[] {
  const called = new Map<Body, readonly Body[]>();
  const callers = new Map<Body, number>([[main, 0]]);
  const found = [main];
  for (const body of found) {
    const bodies = [...new Set([...body.nodes.values()].flatMap((node) => calledBodies(callsOf(node, library))))];
    called.set(body, bodies);
    for (const callee of bodies) {
      if (!callers.has(callee)) found.push(callee);
      callers.set(callee, (callers.get(callee) ?? 0) + 1);
    }
  }
  const ready: Body[] = callers.get(main) === 0 ? [main] : [];
  for (const body of ready) {
    for (const callee of called.get(body)!) {
      const left = callers.get(callee)! - 1;
      callers.set(callee, left);
      if (left === 0) ready.push(callee);
    }
  }
  if (ready.length === found.length) return ready.reverse();
  const ended = new Set(ready);
  const recursive = found.find((body) => !ended.has(body))!;
  throw new UserError(`the function "${recursive.name}" calls itself, or is called by one that does: recursion cannot become a graph`, {
    file, hint: 'Export the model with a loop (tf.while_loop) in its place',
  });
}
