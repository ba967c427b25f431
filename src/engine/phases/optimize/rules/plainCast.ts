import { type CastTypes, castTypes } from '../../../capabilities/castTypes';
import type { Node } from '../../../graph/graph';
import type { RuleContext } from '../localRule';

/**
 * Types of a Cast whose readers can do without it, or undefined: no caller fetches it, and it waits for no other node.
 * What reads a Cast that waits runs after what the Cast waits for, or not at all where that lies in a branch not taken.
 */
export function plainCast(node: Node, { rewriter, dialect }: RuleContext): CastTypes | undefined {
  return node.controlInputs.length > 0 || rewriter.isOutputNode(node.id) ? undefined : castTypes(node, dialect);
}
