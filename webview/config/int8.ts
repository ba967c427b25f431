import { h } from '../graph/dom';
import { t } from '../l10n';
import type { WeightGranularity } from '../protocol';
import { segmented, type Option } from './choice';
import { foldable, replaceKeepingFocus, type Post, type Section } from './section';

interface Granularity extends Option<WeightGranularity> {
  readonly sentence: string;
}

const GRANULARITIES: readonly Granularity[] = [
  {
    value: 'per_channel', text: t('per channel'), title: t('Per channel: a scale per output channel'),
    sentence: t('Each output channel of a weight has a scale of its own, where the op allows it: more exact.'),
  },
  {
    value: 'per_tensor', text: t('per tensor'), title: t('Per tensor: one scale per weight'),
    sentence: t('One scale for the whole weight: simpler, and less exact where its channels differ much in size.'),
  },
];

/** How INT8 values are stored. */
export function int8Section(post: Post): Section {
  const rows = h('div', {});
  return {
    element: foldable('int8', t('INT8'), t('A scale maps the 256 values of INT8 to the range of what they stand for.'), rows),
    update: ({ weightGranularity: value }) => {
      const control = segmented({
        id: 'granularity', label: t('Scales of weights'), options: GRANULARITIES, value, onChange: (granularity) => post({ type: 'setWeightGranularity', granularity }),
      });
      const sentence = GRANULARITIES.find((option) => option.value === value)?.sentence;
      replaceKeepingFocus(rows, [h('div', { class: 'row setting' }, h('span', { class: 'name' }, t('Weights')), control), h('p', { class: 'hint' }, sentence)]);
    },
  };
}
