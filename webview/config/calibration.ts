import { h } from '../graph/dom';
import type { Algorithm } from '../protocol';
import { segmented, type Option } from './choice';
import { heading, replaceKeepingFocus, type Post, type Section } from './section';
import { button } from './toolkit';


const ALGORITHMS: readonly Option<Algorithm>[] = [
  { value: 'minmax', text: 'min-max', title: 'Min-max: from the smallest to the largest value seen' },
  { value: 'percentile', text: 'percentile', title: 'Percentile: leaves out rare extreme values, which can make INT8 more exact' },
];

/** The sample data INT8 ranges are measured on. */
export function calibrationSection(post: Post): Section {
  const rows = h('div', {});
  const choose = button('Choose…', 'Choose sample inputs: an .npz file with one array per model input', () => post({ type: 'pickCalibration' }));
  return {
    element: h('section', {}, heading('Calibration', 'INT8 needs the range of each value, measured by running sample inputs through the model.'), rows),
    update: ({ calibration: { data, samples, algorithm } }) => {
      const file = data === undefined
        ? h('span', { class: 'name hint' }, 'No data, so no INT8')
        : h('span', { class: 'name', title: `${data}, up to ${samples} samples (sampling_size in the config file)` }, data);
      const ranges = segmented({
        id: 'algorithm',
        label: 'How ranges are taken from the samples',
        options: ALGORITHMS,
        value: algorithm,
        onChange: (value) => post({ type: 'setAlgorithm', algorithm: value }),
      });
      replaceKeepingFocus(rows, [h('div', { class: 'row' }, file, choose), h('div', { class: 'row' }, h('span', { class: 'name' }, 'Ranges'), ranges)]);
    },
  };
}
