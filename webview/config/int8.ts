import { h } from '../graph/dom';
import { t } from '../l10n';
import type { Int8Form, WeightAlgorithm, WeightGranularity } from '../protocol';
import { edits } from './choice';
import { type Explained, explainedRows } from './explained';
import { foldable, replaceKeepingFocus, type Post, type Section } from './section';

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

const ALGORITHMS: readonly Explained<WeightAlgorithm>[] = [
  {
    value: 'minmax', text: t('min-max'), title: t('Min-max: up to the largest number'),
    sentence: t('The largest number of a weight, or of its channel, is the largest number of INT8.'),
  },
  {
    value: 'mse', text: t('least error'), title: t('Least error: clips where that rounds the others better'),
    sentence: t('The scale with the least squared error of rounding and clipping together.'),
  },
];

/** How INT8 values are stored and computed. */
export function int8Section(post: Post): Section {
  const rows = h('div', {});
  return {
    element: foldable('int8', t('INT8'), t('A scale maps the 256 values of INT8 to the range of what they stand for.'), rows),
    update: ({ weightGranularity, weightAlgorithm, int8Form }) => replaceKeepingFocus(rows, [
      ...explainedRows({
        id: 'granularity', name: t('Weights'), label: t('Scales of weights'), options: GRANULARITIES, value: weightGranularity,
        ...edits<WeightGranularity>(post, (granularity) => ({ type: 'setWeightGranularity', granularity })),
      }),
      ...explainedRows({
        id: 'weight-algorithm', name: t('Scales'), label: t('How scales of weights are chosen'), options: ALGORITHMS, value: weightAlgorithm,
        ...edits<WeightAlgorithm>(post, (algorithm) => ({ type: 'setWeightAlgorithm', algorithm })),
      }),
      ...(int8Form === undefined ? [] : explainedRows({
        id: 'form', name: t('Form'), label: t('Form of INT8 ops'), options: FORMS, value: int8Form,
        ...edits<Int8Form>(post, (form) => ({ type: 'setInt8Form', form })),
      })),
    ]),
  };
}
