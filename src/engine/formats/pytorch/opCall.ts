import { UserError } from '../../errors';
import { opArguments } from '../../capabilities/pytorch';
import { AGAIN } from './program';

/**
 * Checks that a node gives an ATen op arguments it has, and all those without a default, as torch does when it loads the
 * node. Ops that are not known are left to torch: a library may define them. Throws UserError naming the node.
 */
export function checkCall(op: string, given: ReadonlyMap<string, unknown>, node: string): void {
  const known = opArguments(op);
  if (known === undefined) return;
  const names = new Set(known.map(({ name }) => name));
  const unknown = [...given.keys()].find((name) => !names.has(name));
  if (unknown !== undefined) throw new UserError(`it gives ${op} the argument "${unknown}", which it does not have`, { node, hint: AGAIN });
  const missing = known.find(({ name, hasDefault }) => !hasDefault && !given.has(name));
  if (missing !== undefined) throw new UserError(`it does not give ${op} the argument "${missing.name}"`, { node, hint: AGAIN });
}
