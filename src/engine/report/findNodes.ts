import type { DisplayNode, OpQuery } from '../../../webview/protocol';
import { matchesWholeName } from '../config/pattern';
import { className } from '../config/rules';
import { UserError } from '../errors';

/**
 * Indexes of the ops of the picture that a query means, ascending, as the entries of op_type_dict and op_name_dict mean
 * them. Throws UserError for a pattern that is no regular expression. Linear.
 */
export function findNodes(nodes: readonly DisplayNode[], query: OpQuery): Int32Array {
  const isMeant = 'opType' in query ? ofType(query.opType) : byName(query.pattern);
  const found: number[] = [];
  for (const [index, node] of nodes.entries()) if (node.kind !== 'output' && isMeant(node)) found.push(index);
  return Int32Array.from(found);
}

function ofType(type: string): (node: DisplayNode) => boolean {
  return ({ op, module }) => op === type || (module !== undefined && (className(module.type) === type || module.type === type));
}

function byName(pattern: string): (node: DisplayNode) => boolean {
  try {
    const matches = matchesWholeName(pattern);
    return ({ name, module }) => matches(name) || (module !== undefined && matches(module.path));
  } catch {
    throw new UserError(`"${pattern}" is no regular expression`, { hint: 'Brackets and parentheses come in pairs; write \\( for one that is meant as such' });
  }
}
