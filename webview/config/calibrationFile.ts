import { h, icon } from '../graph/dom';
import { t } from '../l10n';
import type { ConfigChange, ConfigView } from '../protocol';
import { dataArrays } from './dataArrays';
import type { Post } from './section';
import { button } from './toolkit';

type Calibration = ConfigView['calibration'];

export interface CalibrationFile {
  readonly element: HTMLElement;
  update(calibration: Calibration): void;
}

/** Data there is counts again. */
const DROP_RANGES: ConfigChange = { type: 'applyEdits', edits: [{ path: ['calibration', 'ranges'], value: undefined }] };

/** The file that ranges come from: its name, another one, none, and what is in it. */
export function calibrationFile(post: Post): CalibrationFile {
  let hasRanges = false;
  const file = h('span', { class: 'name' });
  const choose = button(t('Choose…'), t('Choose sample inputs: an .npz file with one array per model input'), () => post({ type: 'pickCalibration' }));
  const drop = () => {
    choose.focus();
    post(hasRanges ? DROP_RANGES : { type: 'clearCalibration' });
  };
  const remove = h('button', { type: 'button', class: 'tool', id: 'clear-calibration', title: t('Remove the file'), 'aria-label': t('Remove the file'), onclick: drop }, icon('close'));
  const contents = h('div', {});
  return {
    element: h('div', {}, h('div', { class: 'row' }, file, remove, choose), contents),
    update(calibration) {
      const shown = calibration.ranges ?? calibration.data;
      hasRanges = calibration.ranges !== undefined;
      file.textContent = shown === undefined ? t('No data') : fileName(shown);
      file.title = shown ?? '';
      file.classList.toggle('hint', shown === undefined);
      remove.hidden = shown === undefined;
      contents.replaceChildren(...contentsOf(calibration));
    },
  };
}

function contentsOf({ data, ranges, contents }: Calibration): HTMLElement[] {
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

function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
