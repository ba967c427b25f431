import { castTypes } from '../../../capabilities/castTypes';
import type { DataType } from '../../../graph/dataType';
import { removeUnread } from '../../../graph/removeUnread';
import type { LocalRule } from '../localRule';
import { plainCast } from './plainCast';

/** Types whose every value is an FP32 value, so that passing through FP32 rounds nothing. */
const EXACT_IN_FP32: ReadonlySet<DataType> = new Set(['bfloat16', 'float16', 'bool', 'int8', 'uint8', 'int16', 'uint16']);

/**
 *   x (int64) -> Cast to FP32 -> Cast to BF16 -> readers      =>      x -> Cast to BF16 -> readers
 *   x (BF16) -> Cast to FP32 -> Cast to float64 -> readers    =>      x -> Cast to float64 -> readers
 *
 * Only where the first Cast has no other reader, and changes no value or is what a kernel that makes BF16 does first anyway
 * (tensorflow/core/kernels/cast_op.h converts to BF16 through FP32).
 */
export const mergeCastChain: LocalRule = {
  name: 'merge-cast-chain',
  description: 'Two Casts in a row become one where the first loses nothing.',
  match(node, context) {
    const { rewriter, dialect } = context;
    const second = castTypes(node, dialect);
    const first = node.inputs[0] === undefined ? undefined : rewriter.get(node.inputs[0].node);
    if (second?.from !== 'float32' || first === undefined || node.id === first.id) return undefined;
    const before = plainCast(first, context);
    if (before?.to !== 'float32' || before.from === second.to) return undefined;
    if (second.to !== 'bfloat16' && !EXACT_IN_FP32.has(before.from)) return undefined;
    if (rewriter.uses(first.id).length !== 1) return undefined;
    const group = dialect.typeGroups(node).find((candidate) => candidate.inputs.includes(0));
    if (group === undefined) return undefined;
    return {
      reason: `What ${first.name} does changes no result, so ${node.name} converts straight from ${before.from} to ${second.to}.`,
      rewrite() {
        rewriter.replace({ ...dialect.withTypes(node, new Map([[group.name, before.from]])), inputs: first.inputs });
        removeUnread(rewriter, dialect, [first.id]);
      },
    };
  },
};
