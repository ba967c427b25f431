import type { Report } from '../conversion';
import type { Warning } from '../plan';

/** A warning where BF16 was on but the optimize phase found none of its ops worth the Casts. */
export function allReturned(phases: Report['phases']): Warning[] {
  const converted = phases.find(({ phase }) => phase === 'bf16')?.precision.bf16 ?? 0;
  const left = phases.find(({ phase }) => phase === 'optimize')?.precision.bf16;
  if (converted === 0 || left !== 0) return [];
  const ops = converted === 1 ? 'The one op' : `The ${converted} ops`;
  return [{ message: `${ops} that became BF16 returned to FP32, being worth less than the Casts around ${converted === 1 ? 'it' : 'them'}. `
    + 'To keep such ops, name them in bf16_ops or raise bf16_reward.' }];
}
