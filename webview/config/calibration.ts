import { h } from '../graph/dom';
import { t } from '../l10n';
import type { Algorithm } from '../protocol';
import { calibrationFile } from './calibrationFile';
import { numberField } from './numberField';
import { foldable, type Post, type Section } from './section';

interface AlgorithmOption {
  readonly value: Algorithm;
  readonly name: string;
  readonly sentence: string;
}

const ALGORITHMS: readonly AlgorithmOption[] = [
  { value: 'minmax', name: t('Smallest to largest'), sentence: t('A range goes from the smallest to the largest value seen.') },
  { value: 'moving_average', name: t('Moving average'), sentence: t('A range goes from the average of the samples’ smallest values to that of their largest.') },
  { value: 'percentile', name: t('Percentile'), sentence: t('A range leaves out the rarest values at both ends, so that outliers do not make the others coarse.') },
  { value: 'kl', name: t('Entropy (KL)'), sentence: t('A range ends where the distribution of the values loses least, by Kullback-Leibler divergence.') },
  { value: 'mse', name: t('Least squared error'), sentence: t('A range is the one whose INT8 steps change the values least.') },
];

/** The sample data INT8 ranges are measured on: the file, how much of it is run and what is made of what is seen. */
export function calibrationSection(post: Post): Section {
  const file = calibrationFile(post);
  const samples = numberField({
    id: 'sampling-size', label: t('Samples to run'), min: 1, step: '1', needs: t('Enter a whole number from 1 up.'), describedBy: 'sampling-size-hint',
    onChange: (value) => post({ type: 'setSamplingSize', samples: value }),
  });
  const available = h('span', { class: 'hint' });
  const algorithm = h('select', {
    id: 'algorithm', 'aria-describedby': 'algorithm-hint', onchange: () => post({ type: 'setAlgorithm', algorithm: ALGORITHMS[algorithm.selectedIndex]!.value }),
  }, ...ALGORITHMS.map(({ value, name }) => h('option', { value }, name)));
  const sentence = h('p', { class: 'hint', id: 'algorithm-hint' });
  const settings = h(
    'div',
    {},
    h('div', { class: 'row setting' }, h('label', { class: 'name', for: 'sampling-size' }, t('Samples')), samples.input, available),
    samples.error,
    h('p', { class: 'hint', id: 'sampling-size-hint' }, t('At most this many are run. More see rarer values, and take longer.')),
    h('div', { class: 'row setting' }, h('label', { class: 'name', for: 'algorithm' }, t('Ranges')), algorithm),
    sentence,
  );
  return {
    element: foldable('calibration', t('Calibration'), t('INT8 needs the range of each value, measured by running sample inputs through the model.'), file.element, settings),
    update: ({ calibration }) => {
      const { data, ranges, contents } = calibration;
      file.update(calibration);
      settings.hidden = data === undefined || ranges !== undefined;
      samples.set(calibration.samples);
      available.textContent = contents?.samples === undefined ? '' : t('of {0}', contents.samples.toLocaleString('en'));
      algorithm.value = calibration.algorithm;
      sentence.textContent = ALGORITHMS.find(({ value }) => value === calibration.algorithm)?.sentence ?? '';
    },
  };
}
