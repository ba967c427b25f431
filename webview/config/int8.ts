import { h } from '../graph/dom';
import { t } from '../l10n';
import type { Int8Form, WeightGranularity } from '../protocol';
import { segmented, type Option } from './choice';
import { foldable, replaceKeepingFocus, type Post, type Section } from './section';

type Explained<T extends string> = Option<T> & { readonly sentence: string };

const GRANULARITIES: readonly Explained<WeightGranularity>[] = [
  {
    value: 'per_channel', text: t('per channel'), title: t('Per channel: a scale per output channel'),
    sentence: t('Each output channel of a weight has a scale of its own, where the op allows it: more exact.'),
  },
  {
    value: 'per_tensor', text: t('per tensor'), title: t('Per tensor: one scale per weight'),
    sentence: t('One scale for the whole weight: simpler, and less exact where its channels differ much in size.'),
  },
];

const FORMS: readonly Explained<Int8Form>[] = [
  {
    value: 'qdq', text: t('portable'), title: t('Portable: Quantize and Dequantize around float ops'),
    sentence: t('Float ops between Dequantize and Quantize, which every TensorFlow runs.'),
  },
  {
    value: 'fused', text: t('fused'), title: t('Fused: INT8 kernels of oneDNN'),
    sentence: t('INT8 kernels of oneDNN with the ops around them, where TensorFlow has one: faster, on CPUs only.'),
  },
];

/** How INT8 values are stored and computed. */
export function int8Section(post: Post): Section {
  const rows = h('div', {});
  return {
    element: foldable('int8', t('INT8'), t('A scale maps the 256 values of INT8 to the range of what they stand for.'), rows),
    update: ({ weightGranularity: value, int8Form: form }) => {
      const control = segmented({
        id: 'granularity', label: t('Scales of weights'), options: GRANULARITIES, value, onChange: (granularity) => post({ type: 'setWeightGranularity', granularity }),
      });
      replaceKeepingFocus(rows, [...row(t('Weights'), control, GRANULARITIES, value), ...(form === undefined ? [] : formRow(form, post))]);
    },
  };
}

function formRow(value: Int8Form, post: Post): HTMLElement[] {
  const control = segmented({ id: 'form', label: t('Form of INT8 ops'), options: FORMS, value, onChange: (form) => post({ type: 'setInt8Form', form }) });
  return row(t('Form'), control, FORMS, value);
}

function row<T extends string>(name: string, control: HTMLElement, options: readonly Explained<T>[], value: T): HTMLElement[] {
  const sentence = options.find((option) => option.value === value)?.sentence;
  return [h('div', { class: 'row setting' }, h('span', { class: 'name' }, name), control), h('p', { class: 'hint' }, sentence)];
}
