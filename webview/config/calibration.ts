import { h } from '../graph/dom';
import { t } from '../l10n';
import type { Algorithm } from '../protocol';
import { calibrationFile } from './calibrationFile';
import { segmented, type Option } from './choice';
import { numberField } from './numberField';
import { foldable, replaceKeepingFocus, type Post, type Section } from './section';

interface AlgorithmOption extends Option<Algorithm> {
  readonly sentence: string;
}

const ALGORITHMS: readonly AlgorithmOption[] = [
  { value: 'minmax', text: t('min-max'), title: t('Min-max: from the smallest to the largest value seen'), sentence: t('A range goes from the smallest to the largest value seen.') },
  {
    value: 'percentile', text: t('percentile'), title: t('Percentile: leaves out rare extreme values'),
    sentence: t('A range leaves out the rarest values at both ends, so that outliers do not make the others coarse.'),
  },
];

/** The sample data INT8 ranges are measured on: the file, how much of it is run and what is made of what is seen. */
export function calibrationSection(post: Post): Section {
  const file = calibrationFile(post);
  const samples = numberField({
    id: 'sampling-size', label: t('Samples to run'), min: 1, step: '1', needs: t('Enter a whole number from 1 up.'), describedBy: 'sampling-size-hint',
    onChange: (value) => post({ type: 'setSamplingSize', samples: value }),
  });
  const available = h('span', { class: 'hint' });
  const algorithm = h('div', {});
  const settings = h(
    'div',
    {},
    h('div', { class: 'row setting' }, h('label', { class: 'name', for: 'sampling-size' }, t('Samples')), samples.input, available),
    samples.error,
    h('p', { class: 'hint', id: 'sampling-size-hint' }, t('At most this many are run. More see rarer values, and take longer.')),
    algorithm,
  );
  return {
    element: foldable('calibration', t('Calibration'), t('INT8 needs the range of each value, measured by running sample inputs through the model.'), file.element, settings),
    update: ({ calibration }) => {
      const { data, ranges, contents } = calibration;
      file.update(calibration);
      settings.hidden = data === undefined || ranges !== undefined;
      samples.set(calibration.samples);
      available.textContent = contents?.samples === undefined ? '' : t('of {0}', contents.samples.toLocaleString('en'));
      replaceKeepingFocus(algorithm, algorithmRows(calibration.algorithm, post));
    },
  };
}

function algorithmRows(value: Algorithm, post: Post): HTMLElement[] {
  const control = segmented({
    id: 'algorithm', label: t('How ranges are taken from the samples'), options: ALGORITHMS, value, onChange: (algorithm) => post({ type: 'setAlgorithm', algorithm }),
  });
  const sentence = ALGORITHMS.find((option) => option.value === value)?.sentence;
  return [h('div', { class: 'row setting' }, h('span', { class: 'name' }, t('Ranges')), control), h('p', { class: 'hint' }, sentence)];
}
