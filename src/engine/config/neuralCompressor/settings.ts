import { type Draft, note, setIn } from './draft';
import { wrongValue } from './options';
import { isList, shown, type Value } from './values';

export function readUseBf16(value: Value, path: string, draft: Draft): void {
  if (typeof value === 'boolean') draft.config['use_bf16'] = value;
  else wrongValue(value, 'true or false', path, draft);
}

/** Neural Compressor tries each of a list of sizes; here there is one. */
export function readSamplingSize(value: Value, path: string, draft: Draft): void {
  const sizes = (typeof value === 'string' ? value.split(',') : isList(value) ? value : [value]).map((size) => Number(size));
  const [size] = sizes;
  if (size === undefined || !sizes.every((each) => Number.isSafeInteger(each) && each > 0)) {
    wrongValue(value, 'a number of samples or a list of them', path, draft);
    return;
  }
  setIn(draft, 'calibration', 'sampling_size', size);
  if (sizes.length > 1) note(draft, path, `One number of samples is run here: the first of ${shown(value)}.`);
}
