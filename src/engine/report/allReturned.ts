import type { Warning } from '../plan';
import type { PhaseName } from '../snapshot';

/** A phase that ran, and how many ops are BF16 after it. */
export interface PhaseCounts {
  readonly phase: PhaseName | undefined;
  readonly precision: { readonly bf16: number };
}

/** A warning where BF16 was on but the optimize phase found none of its ops worth the Casts. */
export function allReturned(phases: readonly PhaseCounts[]): Warning[] {
  const converted = phases.find(({ phase }) => phase === 'bf16')?.precision.bf16 ?? 0;
  const left = phases.find(({ phase }) => phase === 'optimize')?.precision.bf16;
  if (converted === 0 || left !== 0) return [];
  const ops = converted === 1 ? 'The one op' : `The ${converted} ops`;
  return [{ message: `${ops} that became BF16 returned to FP32, being worth less than the Casts around ${converted === 1 ? 'it' : 'them'}. `
    + 'To keep such ops, name them in bf16_ops or raise bf16_reward.' }];
}
