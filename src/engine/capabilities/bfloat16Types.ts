import type { Dialect } from '../dialect';
import type { DataType } from '../graph/dataType';
import type { Node } from '../graph/graph';

/** The type groups of a node that can become BF16 together, or why none can. */
export type Bfloat16Types =
  | { readonly ok: true; readonly types: ReadonlyMap<string, DataType> }
  | { readonly ok: false; readonly reason: string };

/**
 * Which FP32 type groups of `node` a CPU kernel accepts in BF16. Groups are added one by one, in the order of the op
 * definition, so that an op with a group that must stay FP32 (FusedBatchNormV3's U) still converts the others.
 */
export function bfloat16Types(node: Node, dialect: Dialect): Bfloat16Types {
  const groups = dialect.typeGroups(node).filter((group) => group.dtype === 'float32');
  const types = new Map<string, DataType>();
  let reason = 'It has no FP32 inputs or outputs whose type can change.';
  for (const group of groups) {
    const answer = dialect.kernelFor(node, new Map([...types, [group.name, 'bfloat16']]));
    if (answer.ok) types.set(group.name, 'bfloat16');
    else reason = answer.reason;
  }
  return types.size > 0 ? { ok: true, types } : { ok: false, reason };
}
