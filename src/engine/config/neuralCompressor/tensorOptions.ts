import { CALIBRATION_ALGORITHMS, type CalibrationAlgorithm, type PrecisionWish } from '../config';
import { type AskedPrecision, LOWEST_FIRST } from '../rules';
import { type Draft, note, setIn } from './draft';
import { type Options, readOptions, wrongValue } from './options';
import { isMapping, type Mapping, shown, textsOf, type Value } from './values';

type Tensors = Readonly<Record<'weight' | 'activation', Options>>;

const STATIC = { usual: ['static'], note: 'Ranges are always calibrated before: nothing is quantized dynamically.' };
const WEIGHT: Options = {
  dtype: {},
  scheme: { usual: [null, 'sym'], note: 'Weights are always quantized symmetrically here.' },
  algorithm: { usual: [null, 'minmax'], note: 'Weights are quantized from their smallest to their largest value here.' },
  bit: { usual: [null, 7], note: 'Here quantization.reduce_range says how many bits weights have.' },
  quant_mode: STATIC,
};
const ACTIVATION: Options = {
  dtype: {},
  granularity: { usual: [null, 'per_tensor'], note: 'Activations always have one scale here.' },
  scheme: { usual: [null, 'asym'], note: 'Activations are always quantized asymmetrically here, which is no less exact.' },
  compute_dtype: { usual: [null, 'uint8'], note: 'Only PyTorch has it: it is left out.' },
  quant_mode: STATIC,
};

/** What `weight` and `activation` of one op or op type may say. */
export const OF_AN_OP: Tensors = {
  weight: { ...WEIGHT, granularity: { usual: [null, 'per_channel'], note: 'Granularity is one for all weights here (quantization.weight_granularity): it is left out.' } },
  activation: { ...ACTIVATION, algorithm: { usual: [null, 'minmax'], note: 'The algorithm is one for all ranges here (calibration.algorithm): it is left out.' } },
};

/** What they may say of all ops at once. */
export const OF_ALL_OPS: Tensors = {
  weight: { ...WEIGHT, granularity: { usual: [null], read: readGranularity } },
  activation: { ...ACTIVATION, algorithm: { usual: [null], read: readAlgorithm } },
};

const DTYPES: Readonly<Record<string, AskedPrecision>> = { int8: 'int8', uint8: 'int8', bf16: 'bf16', fp32: 'fp32' };

/**
 * Reads `{weight: {...}, activation: {...}}`: the precisions that are accepted, those of the activation or of the weight where
 * that alone names any. Undefined where the framework's own hold.
 */
export function readTensorOptions(value: Value, path: string, draft: Draft, isForAllOps = false): PrecisionWish | undefined {
  if (!isMapping(value)) {
    if (value !== null) wrongValue(value, 'a mapping with "activation" and "weight"', path, draft);
    return undefined;
  }
  const tensors = isForAllOps ? OF_ALL_OPS : OF_AN_OP;
  const isTensor = (key: string): key is keyof Tensors => Object.hasOwn(tensors, key);
  for (const [key, options] of value) {
    if (!isTensor(key)) note(draft, `${path}.${key}`, 'Neural Compressor knows no such key: it is left out; "activation" and "weight" are accepted.');
    else if (isMapping(options)) readOptions(options, tensors[key], `${path}.${key}`, draft);
    else if (options !== null) wrongValue(options, 'a mapping of options', `${path}.${key}`, draft);
  }
  return readDtypes(value, 'activation', path, draft) ?? readDtypes(value, 'weight', path, draft);
}

function readDtypes(tensors: Mapping, tensor: keyof Tensors, path: string, draft: Draft): PrecisionWish | undefined {
  const options = tensors.get(tensor);
  const dtypes = options !== undefined && isMapping(options) ? options.get('dtype') : undefined;
  return dtypes === undefined || dtypes === null ? undefined : readDtypeList(dtypes, `${path}.${tensor}.dtype`, draft);
}

const MIXED = 'INT8 is taken here where an op can have it; Neural Compressor 2.6 drops it from a list that names another precision.';

/**
 * A dtype or a list of them as a wish, lowest first. Undefined, with a note, where none of them exists here. `mixed`: the note
 * for INT8 beside other precisions.
 */
export function readDtypeList(value: Value, path: string, draft: Draft, mixed = MIXED): PrecisionWish | undefined {
  const names = textsOf(value);
  if (names === undefined) {
    wrongValue(value, 'a dtype or a list of dtypes', path, draft);
    return undefined;
  }
  const unknown = names.filter((name) => !Object.hasOwn(DTYPES, name));
  if (unknown.length > 0) note(draft, path, `There is no ${unknown.join(' or ')} here: it is left out.`);
  const accepted = LOWEST_FIRST.filter((precision) => names.some((name) => Object.hasOwn(DTYPES, name) && DTYPES[name] === precision));
  if (accepted.includes('int8') && accepted.length > 1) note(draft, path, mixed);
  return accepted.length > 1 ? accepted : accepted[0];
}

function readGranularity(value: Value, path: string, draft: Draft): void {
  const known = textsOf(value)?.filter((name) => name === 'per_channel' || name === 'per_tensor') ?? [];
  if (known.length === 0) wrongValue(value, 'per_channel or per_tensor', path, draft);
  else {
    setIn(draft, 'quantization', 'weight_granularity', known[0]);
    if (known.length > 1) note(draft, path, `Nothing is tried out here: ${known[0]} is used.`);
  }
}

function readAlgorithm(value: Value, path: string, draft: Draft): void {
  const names = textsOf(value) ?? [];
  const known = names.find((name) => CALIBRATION_ALGORITHMS.includes(name as CalibrationAlgorithm));
  if (names.length === 0) wrongValue(value, 'the name of an algorithm', path, draft);
  else {
    setIn(draft, 'calibration', 'algorithm', known ?? 'minmax');
    if (known === undefined) note(draft, path, `There is no ${shown(value)} here: minmax is used.`);
    else if (names.length > 1) note(draft, path, `Nothing is tried out here: ${known} is used.`);
  }
}
