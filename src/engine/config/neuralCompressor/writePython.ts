import type { TuningConfig } from '../config';
import type { OpDtypes } from './exportOps';
import { floatText, list, quoted } from './literals';
import { exportedAlgorithm, knownStrategy } from './notExported';

/** The lines of a Python script whose `config` is a PostTrainingQuantConfig (neural_compressor/config.py). */
export function writePython(config: TuningConfig, ops: OpDtypes): string[] {
  const { confidence_batches, timeout, max_trials } = config.tuning;
  // Conservative is no strategy by name there, but level 0.
  const isConservative = config.tuning.strategy === 'conservative';
  const strategy = isConservative ? 'basic' : knownStrategy(config.tuning.strategy);
  const [criterion, loss] = Object.entries(config.accuracy_criterion)[0]!;
  return [
    'from neural_compressor.config import AccuracyCriterion, PostTrainingQuantConfig, TuningCriterion',
    '',
    'config = PostTrainingQuantConfig(',
    ...(config.inputs === undefined ? [] : [`    inputs=${list(config.inputs)},`]),
    ...(config.outputs === undefined ? [] : [`    outputs=${list(config.outputs)},`]),
    '    approach="static",',
    `    calibration_sampling_size=[${config.calibration.sampling_size}],`,
    ...dictionary('op_type_dict', [...ofAllOps(config), ...dtypes(ops.byType)]),
    ...dictionary('op_name_dict', dtypes(ops.byName)),
    // Neural Compressor's own default is to use BF16.
    `    excluded_precisions=${list(config.use_bf16 ? [] : ['bf16'])},`,
    `    accuracy_criterion=AccuracyCriterion(criterion=${quoted(criterion)}, tolerable_loss=${floatText(loss)}),`,
    ...(isConservative ? ['    quant_level=0,'] : []),
    // Whole seconds there.
    `    tuning_criterion=TuningCriterion(strategy=${quoted(strategy)}, strategy_kwargs={"confidence_batches": ${confidence_batches}}, timeout=${Math.ceil(timeout)}, max_trials=${max_trials}),`,
    ')',
  ];
}

function dictionary(name: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : [`    ${name}={`, ...entries.map((entry) => `        ${entry},`), '    },'];
}

function dtypes(byKey: ReadonlyMap<string, readonly string[]>): string[] {
  return [...byKey].map(([name, accepted]) => `${quoted(name)}: {"activation": {"dtype": ${list(accepted)}}}`);
}

/** Without a key for all ops it is said of the op types that a regular expression matches: all. */
function ofAllOps({ calibration, quantization: { weight_granularity: granularity } }: TuningConfig): string[] {
  const algorithm = exportedAlgorithm(calibration.algorithm);
  const said = [
    ...(granularity === 'per_channel' ? [] : [`"weight": {"granularity": ${list([granularity])}}`]),
    ...(algorithm === 'minmax' ? [] : [`"activation": {"algorithm": ${list([algorithm])}}`]),
  ];
  return said.length === 0 ? [] : [`".*": {${said.join(', ')}}`];
}
