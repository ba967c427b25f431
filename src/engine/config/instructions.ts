import type { TuningConfig } from './config';

const WITH_VNNI: readonly TuningConfig['target_isa'][] = ['avx512_vnni', 'avx512_bf16', 'amx'];

/** Whether the target is known to add products of 8 bits in 32, as VNNI instructions do. */
export function hasVnni(target: TuningConfig['target_isa']): boolean {
  return WITH_VNNI.includes(target);
}
