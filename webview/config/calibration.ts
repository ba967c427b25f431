import { h, icon } from '../graph/dom';
import { t } from '../l10n';
import type { Algorithm, ConfigView } from '../protocol';
import { segmented, type Option } from './choice';
import { dataArrays } from './dataArrays';
import { numberField } from './numberField';
import { foldable, replaceKeepingFocus, type Post, type Section } from './section';
import { button } from './toolkit';

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

/** The sample data INT8 ranges are measured on: the file, what is in it, how much of it is run and what is made of what is seen. */
export function calibrationSection(post: Post): Section {
  const file = h('span', { class: 'name' });
  const remove = h(
    'button',
    { type: 'button', class: 'tool', id: 'clear-calibration', title: t('Remove the file'), 'aria-label': t('Remove the file'), onclick: () => {
      choose.focus();
      post({ type: 'clearCalibration' });
    } },
    icon('close'),
  );
  const choose = button(t('Choose…'), t('Choose sample inputs: an .npz file with one array per model input'), () => post({ type: 'pickCalibration' }));
  const contents = h('div', {});
  const algorithm = h('div', {});
  const samples = numberField({
    id: 'sampling-size', label: t('Samples to run'), min: 1, step: '1', needs: t('Enter a whole number from 1 up.'), describedBy: 'sampling-size-hint',
    onChange: (value) => post({ type: 'setSamplingSize', samples: value }),
  });
  const available = h('span', { class: 'hint' });
  const settings = h(
    'div',
    {},
    h('div', { class: 'row setting' }, h('label', { class: 'name', for: 'sampling-size' }, t('Samples')), samples.input, available),
    samples.error,
    h('p', { class: 'hint', id: 'sampling-size-hint' }, t('At most this many are run. More see rarer values, and take longer.')),
    algorithm,
  );
  return {
    element: foldable(
      'calibration', t('Calibration'), t('INT8 needs the range of each value, measured by running sample inputs through the model.'),
      h('div', { class: 'row' }, file, remove, choose), contents, settings,
    ),
    update: ({ calibration }) => {
      const { data, ranges } = calibration;
      const shown = ranges ?? data;
      file.textContent = shown === undefined ? t('No data') : fileName(shown);
      file.title = shown ?? '';
      file.classList.toggle('hint', shown === undefined);
      remove.hidden = shown === undefined;
      contents.replaceChildren(...contentsOf(calibration));
      settings.hidden = data === undefined || ranges !== undefined;
      samples.set(calibration.samples);
      available.textContent = calibration.contents?.samples === undefined ? '' : t('of {0}', calibration.contents.samples.toLocaleString('en'));
      replaceKeepingFocus(algorithm, algorithmRows(calibration.algorithm, post));
    },
  };
}

function contentsOf({ data, ranges, contents }: ConfigView['calibration']): HTMLElement[] {
  if (ranges !== undefined) {
    const unused = data === undefined ? [] : [h('p', { class: 'hint' }, t('{0} is not run while they are there.', fileName(data)))];
    return [h('p', { class: 'hint' }, t('Ranges recorded earlier, read instead of running the model.')), ...unused];
  }
  if (data === undefined) {
    return [
      h('p', { class: 'hint' }, t('Without it no op becomes INT8. An .npz file holds NumPy arrays by name: one per input of the model, samples along the first axis. In Python, for an input called image:')),
      h('p', { class: 'code example' }, "numpy.savez('samples.npz', image=images)"),
    ];
  }
  return contents === undefined ? [h('p', { class: 'hint' }, t('Reading…'))] : dataArrays(contents);
}

function algorithmRows(value: Algorithm, post: Post): HTMLElement[] {
  const control = segmented({
    id: 'algorithm', label: t('How ranges are taken from the samples'), options: ALGORITHMS, value, onChange: (algorithm) => post({ type: 'setAlgorithm', algorithm }),
  });
  const sentence = ALGORITHMS.find((option) => option.value === value)?.sentence;
  return [h('div', { class: 'row setting' }, h('span', { class: 'name' }, t('Ranges')), control), h('p', { class: 'hint' }, sentence)];
}

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
