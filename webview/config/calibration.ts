import { h } from '../graph/dom';
import { heading, replaceKeepingFocus, type Post, type Section } from './section';
import { button, dropdown } from './toolkit';

const ALGORITHMS = { minmax: 'Smallest and largest', percentile: 'Percentile' };
type Algorithm = keyof typeof ALGORITHMS;

/** The sample data INT8 ranges are measured on. */
export function calibrationSection(post: Post): Section {
  const rows = h('div', {});
  const choose = button('Choose…', 'Choose sample inputs: an .npz file with one array per model input', () => post({ type: 'pickCalibration' }));
  return {
    element: h('section', {}, heading('Calibration', 'INT8 needs the range of each value, measured by running sample inputs through the model.'), rows),
    update: ({ calibration: { data, samples, algorithm } }) => {
      const file = data === undefined ? h('span', { class: 'name hint' }, 'No data: no INT8') : h('span', { class: 'name', title: `${data}, up to ${samples} samples (sampling_size in the config file)` }, data);
      const control = dropdown({
        id: 'algorithm',
        label: 'How ranges are taken from the samples',
        choices: ALGORITHMS,
        value: algorithm as Algorithm,
        onChange: (value) => post({ type: 'setAlgorithm', algorithm: value }),
      });
      const title = 'Percentile leaves out rare extreme values, which can make INT8 more exact';
      replaceKeepingFocus(rows, [h('div', { class: 'row' }, file, choose), h('div', { class: 'row', title }, h('span', { class: 'name' }, 'Range'), control)]);
    },
  };
}
