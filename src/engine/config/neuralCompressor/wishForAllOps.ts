import type { PrecisionWish } from '../config';
import type { Draft } from './draft';
import { FAMILY_NAMES, typesOfFamily } from './opTypes';

/** Op types that become INT8 unless a wish is against it. Neural Compressor has no INT8 form of Einsum. */
const INT8_TYPES: readonly string[] = [...FAMILY_NAMES.flatMap((name) => typesOfFamily(name)!), 'Einsum'];

/**
 * Makes a wish for all ops, which those for op types and nodes that follow replace, as Neural Compressor's model_wise: a rule
 * for each op type that can be INT8 rather than `.*` in op_name_dict, which would come before all of op_type_dict. Other types
 * can only be BF16 or FP32, and of them Neural Compressor takes those in its list to BF16: without BF16 in the wish and without
 * INT8, which says nothing about them, that list is empty.
 */
export function wishForAllOps(wish: PrecisionWish, draft: Draft): void {
  draft.byType.clear();
  delete draft.config['bf16_ops'];
  const isDefault = wish === 'int8' || (Array.isArray(wish) && wish.length === 3);
  if (!isDefault) for (const type of INT8_TYPES) draft.byType.set(type, wish);
  if (wish === 'fp32') draft.config['bf16_ops'] = [];
}
