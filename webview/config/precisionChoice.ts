import { h } from '../graph/dom';
import { t } from '../l10n';
import type { PrecisionChoice, PrecisionWish } from '../protocol';
import { segmented, type Chosen, type Option } from './choice';
import { wishText } from './words';

/** The choice between auto, INT8, BF16 and FP32 for op types or ops. */
export function precisionChoice(settings: Chosen<PrecisionChoice> & {
  readonly id: string;
  readonly label: string;
  /** Undefined where they differ. */
  readonly value: PrecisionWish | undefined;
  readonly capability: readonly ('int8' | 'bf16')[];
  readonly useBf16: boolean;
  /** For several: how many of how many can take a precision. */
  readonly shares?: Readonly<Partial<Record<PrecisionChoice, readonly [number, number]>>>;
}): HTMLElement {
  const { id, label, value, capability, useBf16, shares, onChange, onTry } = settings;
  const options = precisionOptions(capability, useBf16).map((option) => {
    const [able, of] = shares?.[option.value] ?? [0, 0];
    if (able === of || option.disabled === true) return option;
    return { ...option, text: `${option.text} ${able}/${of}`, title: t('{0}. Set for the {1} of {2} that can', option.title, able, of) };
  });
  const isList = typeof value === 'object';
  const control = segmented({ id, label, options, value: isList ? undefined : value, onChange, ...(onTry && { onTry }) });
  return isList ? h('div', { class: 'wish' }, h('span', { class: 'hint', title: t('The file accepts any of them, the first that is possible. Choose one to replace the list.') }, wishText(value)), control) : control;
}

function precisionOptions(capability: readonly ('int8' | 'bf16')[], useBf16: boolean): readonly Option<PrecisionChoice>[] {
  const canInt8 = capability.includes('int8');
  const canBf16 = capability.includes('bf16');
  return [
    { value: 'auto', text: t('auto'), title: t('Auto: INT8 or BF16 where that is safe') },
    {
      value: 'int8', text: '8', colour: 'int8', disabled: !canInt8,
      title: canInt8 ? t('INT8: a quarter of the memory, needs calibration data') : t('It cannot be computed in INT8'),
    },
    { value: 'bf16', text: 'B', colour: 'bf16', disabled: !canBf16 || !useBf16, title: bf16Title(canBf16, useBf16) },
    { value: 'fp32', text: 'F', colour: 'fp32', title: t('FP32: as in the original model') },
  ];
}

function bf16Title(canBf16: boolean, useBf16: boolean): string {
  if (!canBf16) return t('There is no BF16 kernel for it on CPUs');
  return useBf16 ? t('BF16: half the memory, the range of FP32') : t('BF16 needs the switch Use BF16: turn it on first');
}
