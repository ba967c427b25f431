import type { PrecisionChoice, PrecisionWish } from '../protocol';
import { segmented, type Option } from './choice';

/** The choice between auto, INT8, BF16 and FP32 for one op type or one op. */
export function precisionChoice(settings: {
  readonly id: string;
  readonly label: string;
  readonly value: PrecisionWish;
  readonly capability: readonly ('int8' | 'bf16')[];
  readonly useBf16: boolean;
  readonly onChange: (choice: PrecisionChoice) => void;
}): HTMLElement {
  const { capability, useBf16 } = settings;
  const canInt8 = capability.includes('int8');
  const canBf16 = capability.includes('bf16');
  const bf16Title = !canBf16 ? 'TensorFlow has no BF16 kernel for it on CPUs' : useBf16 ? 'BF16: half the memory, the range of FP32' : 'Turn on Use BF16 first';
  const options: readonly Option<PrecisionChoice>[] = [
    { value: 'auto', text: 'auto', title: 'Auto: INT8 or BF16 where that is safe' },
    {
      value: 'int8', text: '8', colour: 'int8', disabled: !canInt8,
      title: canInt8 ? 'INT8: a quarter of the memory, needs calibration data' : 'It cannot be computed in INT8',
    },
    { value: 'bf16', text: 'B', colour: 'bf16', disabled: !canBf16 || !useBf16, title: bf16Title },
    { value: 'fp32', text: 'F', colour: 'fp32', title: 'FP32: as in the original model' },
  ];
  return segmented({ id: settings.id, label: settings.label, options, value: typeof settings.value === 'string' ? settings.value : undefined, onChange: settings.onChange });
}
