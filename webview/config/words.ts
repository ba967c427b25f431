import { NAMES } from '../graph/precision';
import { t } from '../l10n';
import type { PrecisionWish } from '../protocol';

export function opsText(count: number): string {
  return count === 1 ? t('1 op') : t('{0} ops', count.toLocaleString('en'));
}

/** `INT8 or FP32`. */
export function wishText(wish: PrecisionWish): string {
  if (wish === 'auto') return t('auto');
  return typeof wish === 'string' ? NAMES[wish] : wish.map((precision) => NAMES[precision]).join(t(' or '));
}
