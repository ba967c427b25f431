import { readCriterion } from './criterion';
import { type Draft, note } from './draft';
import { readModelWise, readOpNames, readOpTypes } from './importOps';
import { APPROACH, NO_COUNTERPART, RECIPES } from './noCounterpart';
import { type Options, readOptions, section } from './options';
import { readNames, readPrecisions, readSamplingSize, readUseBf16 } from './settings';
import { EVALUATION, STRATEGY_SECTION, TUNING_OPTIONS } from './tuningOptions';
import { isMapping, type Mapping, type Value } from './values';

const { dataloader, device, diagnosis, objective, performance_only, tensorboard, workspace } = NO_COUNTERPART;
const { max_trials, quant_level, random_seed, timeout } = TUNING_OPTIONS;
const COMPRESSION = { usual: [null], note: 'Models are not trained, pruned or distilled here: it is left out.' };

const FRAMEWORK = {
  usual: ['tensorflow', 'tensorflow_itex', 'inteltensorflow', 'keras', 'NA'],
  note: 'This version opens TensorFlow models: names of op types are taken for those of TensorFlow.',
};

/** `precisions` and `op_wise` of mixed_precision, once called graph_optimization. */
const MIXED_PRECISION = section({ precisions: { read: readPrecisions }, op_wise: { read: readMixedOps } });

/** In the order in which they are read: use_bf16 has the last word on BF16. */
const OPTIONS: Options = {
  model: section({ name: {}, framework: FRAMEWORK, inputs: { usual: [null], read: readNames('inputs') }, outputs: { usual: [null], read: readNames('outputs') } }),
  version: {},
  device,
  graph_optimization: MIXED_PRECISION,
  mixed_precision: MIXED_PRECISION,
  quantization: section({
    use_bf16: { read: readUseBf16 },
    approach: APPROACH,
    train: COMPRESSION,
    advance: { usual: [null], note: 'Biases and weights are not corrected here: it is left out.' },
    calibration: section({ sampling_size: { usual: [null], read: readSamplingSize }, dataloader }),
    recipes: section(RECIPES),
    model_wise: { usual: [null], read: readModelWise },
    optype_wise: { usual: [null], read: readOpTypes },
    op_wise: { usual: [null], read: readOpNames },
    quant_level,
  }),
  use_bf16: { read: readUseBf16 },
  tuning: section({
    strategy: section(STRATEGY_SECTION),
    accuracy_criterion: { usual: [null], read: readCriterion },
    objective,
    multi_objectives: { usual: [null], note: objective.note },
    exit_policy: section({ timeout, max_trials, performance_only }),
    random_seed,
    tensorboard,
    workspace,
    diagnosis,
  }),
  evaluation: EVALUATION,
  model_conversion: COMPRESSION,
  pruning: COMPRESSION,
  distillation: COMPRESSION,
  auto_distillation: COMPRESSION,
  nas: COMPRESSION,
  train: COMPRESSION,
  reduce_range: NO_COUNTERPART.reduce_range,
};
const ORDER = Object.keys(OPTIONS);

const BF16_UNSAID = 'It is not given: BF16 stays off here, as Neural Compressor documents it, while its reader of YAML turns BF16 on.';

/** The YAML file of Neural Compressor 1.x and 2.0: `schema` of its conf/config.py. */
export function importV1(given: Mapping, draft: Draft): void {
  readOptions(inOrder(given), OPTIONS, '', draft);
  if (draft.config['use_bf16'] === undefined) note(draft, 'use_bf16', BF16_UNSAID);
}

/** model_wise, optype_wise and op_wise replace each other in this order, whatever the order of the file. */
function inOrder(given: Mapping): Mapping {
  const sections = ['model_wise', 'optype_wise', 'op_wise'];
  const sorted = (mapping: Mapping, rank: readonly string[]): Mapping => new Map([...mapping].sort(([a], [b]) => rank.indexOf(a) - rank.indexOf(b)));
  const quantization = given.get('quantization');
  const ordered = quantization !== undefined && isMapping(quantization) ? new Map([...given, ['quantization', sorted(quantization, sections)]]) : given;
  return sorted(ordered, ORDER);
}

/** By op name, or for all ops as the schema of 2.x has it. */
function readMixedOps(value: Value, path: string, draft: Draft): void {
  const isForAllOps = isMapping(value) && [...value.keys()].every((key) => key === 'weight' || key === 'activation');
  (isForAllOps ? readModelWise : readOpNames)(value, path, draft);
}
