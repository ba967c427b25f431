import type { PrecisionWish } from '../config';
import type { Draft } from './draft';
import { FAMILY_NAMES, typesOfFamily } from './opTypes';

/** Op types that become INT8 unless a wish is against it. Neural Compressor has no INT8 form of Einsum. */
const INT8_TYPES: readonly string[] = [...FAMILY_NAMES.flatMap((name) => typesOfFamily(name)!), 'Einsum'];

/**
 * Makes a wish for all ops, as Neural Compressor's model_wise: those for op types and nodes that follow replace it. It becomes
 * a rule for each op type that can be INT8, not `.*` in op_name_dict, which would come before all of op_type_dict. Of other
 * types Neural Compressor makes those BF16 that are in its list, whatever the wish, unless it is for FP32 alone: then the list
 * is empty. INT8 alone, or all three, is what holds without a wish.
 */
export function wishForAllOps(wish: PrecisionWish, draft: Draft): void {
  draft.byType.clear();
  delete draft.config['bf16_ops'];
  const isDefault = wish === 'int8' || (Array.isArray(wish) && wish.length === 3);
  if (!isDefault) for (const type of INT8_TYPES) draft.byType.set(type, wish);
  if (wish === 'fp32') draft.config['bf16_ops'] = [];
}
