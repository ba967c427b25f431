import type { PhaseName, Precision } from '../protocol';
import { t } from '../l10n';

export const PRECISIONS: readonly Precision[] = ['fp32', 'bf16', 'int8', 'other'];
export const LETTERS: Readonly<Record<Precision, string>> = { fp32: 'F', bf16: 'B', int8: '8', other: '·' };
export const NAMES: Readonly<Record<Precision, string>> = { fp32: 'FP32', bf16: 'BF16', int8: 'INT8', other: 'Other' };

/** Titles of the steps, in the order of the snapshots: the opened model, then one per phase. */
export const STEPS: readonly string[] = ['FP32', 'FP32 + INT8', '+ BF16', t('Optimized')];
export const PHASE_TITLES: Readonly<Record<PhaseName, string>> = { quantize: t('Quantize'), bf16: t('Convert to BF16'), optimize: t('Optimize') };

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
