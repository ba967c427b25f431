import { canonicalDomain, opVersions, type OpVersion } from '../../capabilities/onnx';
import { canRewrite } from './upgrades';

/** Operator set that models are raised to at most: the first in which the ops of networks take BF16. */
export const HIGHEST_RAISED = 22;

/** A node as far as its versions matter. */
export interface VersionedNode {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly attributes: Iterable<string>;
  /** Inside a graph of another node or a function: its bytes stay as they are. */
  readonly isInner: boolean;
}

/** Operator sets a model can be written in. */
export interface Reach {
  readonly reach: number;
  /** A sentence naming the node that keeps it from being higher. */
  readonly limit: string | undefined;
}

/** How far the default operator set can be raised from `opset` so that each node keeps its meaning. */
export function reachOf(nodes: Iterable<VersionedNode>, opset: number): Reach {
  let found: Reach = { reach: Math.max(opset, HIGHEST_RAISED), limit: undefined };
  for (const node of nodes) {
    if (canonicalDomain(node.domain) !== '') continue;
    const obstacle = versionsBetween(node.op, opset, found.reach).find((version) => !carriesOver(node, version));
    if (obstacle !== undefined) {
      const limit = `${node.op} (node "${node.name}") means something else from operator set ${obstacle.since} on.`;
      found = { reach: obstacle.since - 1, limit };
    }
  }
  return found;
}

/** Versions of an op of the default domain after operator set `from`, up to `to`. */
export function versionsBetween(op: string, from: number, to: number): readonly OpVersion[] {
  return opVersions('', op).filter(({ since }) => since > from && since <= to);
}

/** Whether a node of the version before is one of this version, or can be rewritten to one. */
function carriesOver({ op, attributes, isInner }: VersionedNode, version: OpVersion): boolean {
  const names = new Set(attributes);
  if (keepsMeaning(version, names)) return true;
  return !isInner && canRewrite(op, version.since);
}

/** Whether a node with these attributes is the same in this version as in the one before. */
export function keepsMeaning(version: OpVersion, attributes: ReadonlySet<string>): boolean {
  return version.extendsPrevious && !version.drops.some((name) => attributes.has(name));
}
