import type { DisplayNode, OpQuery } from '../../../webview/protocol';
import { matchesWholeName } from '../config/pattern';
import { UserError } from '../errors';

/** Indexes of the ops of the picture that a query means, ascending. Throws UserError for a pattern that is no regular expression. Linear. */
export function findNodes(nodes: readonly DisplayNode[], query: OpQuery): Int32Array {
  const isMeant = 'opType' in query ? ({ op }: DisplayNode) => op === query.opType : byName(query.pattern);
  const found: number[] = [];
  for (const [index, node] of nodes.entries()) if (node.kind !== 'output' && isMeant(node)) found.push(index);
  return Int32Array.from(found);
}

function byName(pattern: string): (node: DisplayNode) => boolean {
  try {
    const matches = matchesWholeName(pattern);
    return ({ name }) => matches(name);
  } catch {
    throw new UserError(`"${pattern}" is no regular expression`, { hint: 'Brackets and parentheses come in pairs; write \\( for one that is meant as such' });
  }
}
