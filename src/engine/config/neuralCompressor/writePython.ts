import type { TuningConfig } from '../config';
import type { OpDtypes } from './exportOps';
import { floatText, list, quoted } from './literals';

/** The lines of a Python script whose `config` is a PostTrainingQuantConfig (neural_compressor/config.py). */
export function writePython(config: TuningConfig, ops: OpDtypes): string[] {
  const [criterion, loss] = Object.entries(config.accuracy_criterion)[0]!;
  return [
    'from neural_compressor.config import AccuracyCriterion, PostTrainingQuantConfig',
    '',
    'config = PostTrainingQuantConfig(',
    ...(config.inputs === undefined ? [] : [`    inputs=${list(config.inputs)},`]),
    ...(config.outputs === undefined ? [] : [`    outputs=${list(config.outputs)},`]),
    '    approach="static",',
    `    calibration_sampling_size=[${config.calibration.sampling_size}],`,
    ...dtypes('op_type_dict', ops.byType),
    ...dtypes('op_name_dict', ops.byName),
    // Neural Compressor's own default is to use BF16.
    `    excluded_precisions=${list(config.use_bf16 ? [] : ['bf16'])},`,
    `    accuracy_criterion=AccuracyCriterion(criterion=${quoted(criterion)}, tolerable_loss=${floatText(loss)}),`,
    ')',
  ];
}

function dtypes(key: string, byKey: ReadonlyMap<string, readonly string[]>): string[] {
  if (byKey.size === 0) return [];
  return [`    ${key}={`, ...[...byKey].map(([name, accepted]) => `        ${quoted(name)}: {"activation": {"dtype": ${list(accepted)}}},`), '    },'];
}
