import { type Draft, note, setIn } from './draft';
import { wrongValue } from './options';
import { isList, shown, textsOf, type Value } from './values';

/** `true` or `false`. */
export function readUseBf16(value: Value, path: string, draft: Draft): void {
  if (typeof value === 'boolean') draft.config['use_bf16'] = value;
  else wrongValue(value, 'true or false', path, draft);
}

/** Weights of 7 bits, or all 8. */
export function readReduceRange(value: Value, path: string, draft: Draft): void {
  if (typeof value === 'boolean') setIn(draft, 'quantization', 'reduce_range', value);
  else wrongValue(value, 'true or false', path, draft);
}

/** `excluded_precisions`: BF16 is not used where it is among them. */
export function readExcluded(value: Value, path: string, draft: Draft): void {
  const excluded = textsOf(value);
  if (excluded === undefined) wrongValue(value, 'a list of precisions', path, draft);
  else if (excluded.includes('bf16')) draft.config['use_bf16'] = false;
}

/** `precisions` of mixed precision: BF16 is not used where it is not among them. */
export function readPrecisions(value: Value, path: string, draft: Draft): void {
  const precisions = textsOf(value);
  if (precisions === undefined) {
    wrongValue(value, 'bf16', path, draft);
    return;
  }
  draft.config['use_bf16'] = draft.config['use_bf16'] !== false && precisions.includes('bf16');
  if (precisions.includes('fp16')) note(draft, path, 'There is no fp16 here: it is left out.');
}

/** Neural Compressor tries each size of a list; here there is one. */
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

/** Names of values for `inputs` or `outputs`; an empty list leaves them to the model. */
export function readNames(key: 'inputs' | 'outputs') {
  return (value: Value, path: string, draft: Draft): void => {
    const names = textsOf(value);
    if (names === undefined) wrongValue(value, 'a name or a list of names', path, draft);
    else if (names.length > 0) draft.config[key] = names;
  };
}
