import type { Value } from './values';

const MODULE = 'neural_compressor.utils.constant.';
const TENSOR = /^(U?INT8)_(A?SYM)_(MINMAX|KL)_(PER)(CHANNEL|TENSOR)$/;

/** What Neural Compressor 2 itself has names for, in its utils/constant.py: `FP32` for an op, `INT8_SYM_KL_PERTENSOR` for a tensor. */
export function constantOf(fullName: string): Value | undefined {
  if (!fullName.startsWith(MODULE)) return undefined;
  const name = fullName.slice(MODULE.length);
  if (name === 'FP32' || name === 'BF16') return new Map(['weight', 'activation'].map((tensor) => [tensor, new Map([['dtype', [name.toLowerCase()]]])]));
  const [, dtype, scheme, algorithm, per, of] = (TENSOR.exec(name) ?? []).map((part) => part.toLowerCase());
  if (dtype === undefined) return undefined;
  return new Map([['dtype', [dtype]], ['scheme', [scheme!]], ['algorithm', [algorithm!]], ['granularity', [`${per}_${of}`]]]);
}
