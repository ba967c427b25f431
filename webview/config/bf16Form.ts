import { h } from '../graph/dom';
import { t } from '../l10n';
import type { Bf16Form } from '../protocol';
import { segmented, type Option } from './choice';
import type { Post } from './section';

interface Form extends Option<Bf16Form> {
  readonly sentence: string;
}

const FORMS: readonly Form[] = [
  {
    value: 'native', text: t('native'), title: t('Native: ops that compute in BF16'),
    sentence: t('Ops that compute in BF16, for execution providers with BF16 kernels. The CPU provider of onnxruntime has hardly any.'),
  },
  {
    value: 'emulated', text: t('emulated'), title: t('Emulated: FP32 ops whose results are rounded to BF16'),
    sentence: t('FP32 ops whose results are rounded to BF16: every provider runs them, with the accuracy of BF16, not its speed or size.'),
  },
];

/** How BF16 ops are written, and where they run then. */
export function bf16FormRows(value: Bf16Form, post: Post): HTMLElement[] {
  const control = segmented({ id: 'bf16-form', label: t('Form of BF16 ops'), options: FORMS, value, onChange: (form) => post({ type: 'setBf16Form', form }) });
  const sentence = FORMS.find((form) => form.value === value)?.sentence;
  return [h('div', { class: 'row setting' }, h('span', { class: 'name' }, t('Form')), control), h('p', { class: 'hint' }, sentence)];
}
