import type { PrecisionWish } from '../config';
import { callArguments } from './callArguments';
import { setLoss } from './criterion';
import { type Draft, note } from './draft';
import { type Options, readOptions, wrongValue } from './options';
import { setLocal } from './setLocal';
import { OF_ALL_OPS, OF_AN_OP, readDtypeList } from './tensorOptions';
import { TUNING_OPTIONS } from './tuningOptions';
import { type Call, isCall, isList, isUnread, type Mapping, type Value, written } from './values';
import { wishForAllOps } from './wishForAllOps';

/** In the order of the signature in neural_compressor/tensorflow/quantization/config.py of 3.x. */
function signature({ weight, activation }: typeof OF_ALL_OPS): Options {
  return {
    weight_dtype: {},
    weight_sym: { usual: [true], note: weight['scheme']!.note },
    weight_granularity: weight['granularity']!,
    weight_algorithm: weight['algorithm']!,
    act_dtype: {},
    // Symmetric is its default, of which no word is said.
    act_sym: { usual: [true, false] },
    act_granularity: activation['granularity']!,
    act_algorithm: activation['algorithm']!,
    white_list: {},
  };
}

const OF_ALL = signature(OF_ALL_OPS);
const OF_ONE = signature(OF_AN_OP);
const TUNING: Options = {
  config_set: {},
  sampler: { note: 'The config is one here, and tune chooses between precisions of its ops: it is left out.' },
  tolerable_loss: { read: (value, path, draft) => setLoss('relative', value, path, draft) },
  max_trials: TUNING_OPTIONS.max_trials,
};

const BF16_BY_NAME = 'Neural Compressor 3 makes only those ops BF16 that are set to be: so use_bf16 is true, and the list of ops that are BF16 by themselves empty.';
const PER_TENSOR = 'It is not given, so Neural Compressor 3 has one scale for each weight. With per_channel, the default here, less accuracy is lost.';
const NOT_TRIED = 'Nothing is tried out here: INT8 is taken where an op can have it, else the next.';
const ACT_DTYPE_DECIDES = 'Neural Compressor 3 asks act_dtype alone for the precision of an op: it is left out.';

/** `StaticQuantConfig(...)` for TensorFlow, with what `set_local` says of single types and nodes. */
export function importStaticQuant(call: Call, draft: Draft): void {
  const given = callArguments(call, OF_ALL);
  readOptions(given, OF_ALL, '', draft);
  if (!given.has('weight_granularity')) {
    draft.config['quantization'] = { weight_granularity: 'per_tensor' };
    note(draft, 'weight_granularity', PER_TENSOR);
  }
  const wish = readActDtype(given, '', draft);
  const listed = given.has('white_list') ? given.get('white_list')! : '*';
  wishForAllOps(listed === '*' ? wish : 'fp32', draft);
  draft.config['use_bf16'] = true;
  draft.config['bf16_ops'] = [];
  note(draft, 'use_bf16', BF16_BY_NAME);
  if (isList(listed)) setLocal(listed, wish, 'white_list', draft);
  else if (listed !== '*' && listed !== null) wrongValue(listed, 'a list of names', 'white_list', draft);
  for (const method of call.methods) readMethod(method, draft);
}

/** `TuningConfig(...)`, which holds the config and says how much accuracy may be lost. */
export function importTuning(call: Call, draft: Draft): void {
  const given = callArguments(call, TUNING);
  readOptions(given, TUNING, 'TuningConfig', draft);
  const configs = given.get('config_set');
  if (configs !== undefined && isList(configs) && configs.length > 1) note(draft, 'TuningConfig.config_set', 'Nothing is tried out here: of its configs the last one in the script is read.');
}

function readMethod({ callee, positional, named, line }: Call, draft: Draft): void {
  const [names, config] = [positional[0] ?? named.get('operator_name_or_list'), positional[1] ?? named.get('config')];
  if (callee !== 'set_local') note(draft, callee, `Line ${line} calls it, and scripts are not run: it is left out.`);
  else if (names === undefined || config === undefined || !isCall(config)) wrongValue(config ?? null, 'a StaticQuantConfig', 'set_local', draft);
  else {
    const path = `set_local(${isList(names) ? names.map(nameOf).join(', ') : nameOf(names)})`;
    const given = callArguments(config, OF_ONE);
    readOptions(given, OF_ONE, path, draft);
    setLocal(isList(names) ? names : [names], readActDtype(given, `${path}.`, draft), path, draft);
  }
}

/** The precision of the activation, INT8 by default; that of the weight counts for nothing. */
function readActDtype(given: Mapping, prefix: string, draft: Draft): PrecisionWish {
  const dtype = given.get('act_dtype');
  const weight = given.get('weight_dtype');
  const wish = dtype === undefined || isUnread(dtype) ? 'int8' : (readDtypeList(dtype, `${prefix}act_dtype`, draft, NOT_TRIED) ?? 'int8');
  if (weight !== undefined && !isUnread(weight) && written(weight) !== written(dtype ?? 'int8')) note(draft, `${prefix}weight_dtype`, ACT_DTYPE_DECIDES);
  return wish;
}

function nameOf(name: Value): string {
  return typeof name === 'string' ? name : written(name);
}
