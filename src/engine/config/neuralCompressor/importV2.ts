import { callArguments } from './callArguments';
import { readCriterion } from './criterion';
import { type Draft, note } from './draft';
import { readOpNames, readOpTypes } from './importOps';
import { APPROACH, NO_COUNTERPART, RECIPES } from './noCounterpart';
import { type Options, readOptions, section, wrongValue } from './options';
import { readExcluded, readNames, readPrecisions, readSamplingSize, readUseBf16 } from './settings';
import { TUNING_OPTIONS } from './tuningOptions';
import { type Call, isCall, type Value } from './values';

const {
  backend, device, diagnosis, domain, example_inputs, ni_workload_name, objective, performance_only, quant_format, reduce_range,
} = NO_COUNTERPART;
const { max_trials, quant_level, strategy, strategy_kwargs, timeout } = TUNING_OPTIONS;
const MODEL_NAME = {};
const recipes = section(RECIPES);
const inputs = { usual: [null], read: readNames('inputs') };
const outputs = { usual: [null], read: readNames('outputs') };
const calibration_sampling_size = { usual: [null], read: readSamplingSize };
const op_type_dict = { usual: [null], read: readOpTypes };
const op_name_dict = { usual: [null], read: readOpNames };
const excluded_precisions = { usual: [null], read: readExcluded };
const accuracy_criterion = { read: readCriterion };
const tuning_criterion = { usual: [null], read: readTuning };

// Each in the order of its signature in neural_compressor/config.py of 2.6, then names of other versions and attributes.
const TUNING: Options = { strategy, strategy_kwargs, timeout, max_trials, objective };
const POST_TRAINING: Options = {
  device, backend, domain, recipes, quant_format, inputs, outputs, approach: APPROACH, calibration_sampling_size, op_type_dict, op_name_dict, reduce_range,
  example_inputs, excluded_precisions, quant_level, accuracy_criterion, tuning_criterion, diagnosis, ni_workload_name, model_name: MODEL_NAME,
  op_type_list: op_type_dict, op_name_list: op_name_dict, use_bf16: { read: readUseBf16 },
};
const MIXED_PRECISION: Options = {
  device, backend, precisions: { read: readPrecisions }, model_name: MODEL_NAME, inputs, outputs, quant_level, tuning_criterion, accuracy_criterion,
  excluded_precisions, op_name_dict, op_type_dict, example_inputs, precision: { read: readPrecisions },
  use_bf16: { read: readUseBf16 },
};
/** QuantizationConfig of neural_compressor/conf/pythonic_config.py, whose attributes a script sets. */
const PYTHONIC: Options = {
  inputs, outputs, backend, device, approach: APPROACH, calibration_sampling_size, op_type_dict, op_name_dict, strategy, strategy_kwargs, objective, timeout,
  max_trials, performance_only, reduce_range, use_bf16: { read: readUseBf16 }, quant_level, accuracy_criterion, diagnosis, recipes, domain, quant_format,
  excluded_precisions, op_type_list: op_type_dict, op_name_list: op_name_dict,
};

/** `PostTrainingQuantConfig(...)`. */
export function importPostTraining(call: Call, draft: Draft): void {
  draft.config['use_bf16'] = true;
  const given = callArguments(call, POST_TRAINING);
  readOptions(given, POST_TRAINING, '', draft);
  if (!given.has('excluded_precisions') && !given.has('use_bf16')) {
    note(draft, 'excluded_precisions', 'It is not given, so Neural Compressor uses BF16: use_bf16, which is off here unless it is set, is true.');
  }
}

/** `MixedPrecisionConfig(...)`: BF16, and no INT8. */
export function importMixedPrecision(call: Call, draft: Draft): void {
  draft.config['use_bf16'] = true;
  readOptions(callArguments(call, MIXED_PRECISION), MIXED_PRECISION, '', draft);
  note(draft, 'MixedPrecisionConfig', 'Nothing becomes INT8 as long as no calibration data is given.');
}

/** `config.quantization.use_bf16 = True` and the like. */
export function importPythonic(call: Call, draft: Draft): void {
  for (const [name, value] of call.named) {
    if (name === 'quantization' && isCall(value)) readOptions(callArguments(value, PYTHONIC), PYTHONIC, name, draft);
    else note(draft, name, 'It has no counterpart here: it is left out.');
  }
  if (draft.config['use_bf16'] === undefined) {
    note(draft, 'quantization.use_bf16', 'It is not given: BF16 stays off here, as Neural Compressor documents it, while its code turns BF16 on.');
  }
}

function readTuning(value: Value, path: string, draft: Draft): void {
  if (isCall(value)) readOptions(callArguments(value, TUNING), TUNING, path, draft);
  else wrongValue(value, 'a TuningCriterion', path, draft);
}
