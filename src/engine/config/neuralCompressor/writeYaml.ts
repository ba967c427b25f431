import type { TuningConfig } from '../config';
import type { ExportedModel } from './exportConfig';
import type { OpDtypes } from './exportOps';
import { floatText, list, quoted } from './literals';
import { exportedAlgorithm, knownStrategy } from './notExported';

/**
 * The lines of a YAML file for `schema` of Neural Compressor's conf/config.py. `version` is there because Neural Compressor
 * would otherwise write it into the file, after every text "model:" in it.
 */
export function writeYaml(config: TuningConfig, ops: OpDtypes, model: ExportedModel): string[] {
  const { strategy, confidence_batches, timeout, max_trials, random_seed } = config.tuning;
  const [criterion, loss] = Object.entries(config.accuracy_criterion)[0]!;
  return [
    'version: 2.0',
    '',
    'model:',
    `  name: ${quoted(model.name ?? 'model')}`,
    `  framework: ${model.framework ?? 'tensorflow'}`,
    ...(config.inputs === undefined ? [] : [`  inputs: ${list(config.inputs)}`]),
    ...(config.outputs === undefined ? [] : [`  outputs: ${list(config.outputs)}`]),
    '',
    `use_bf16: ${config.use_bf16}`,
    '',
    'quantization:',
    '  approach: post_training_static_quant',
    '  calibration:',
    `    sampling_size: [${config.calibration.sampling_size}]`,
    '  model_wise:',
    '    weight:',
    `      granularity: [${config.quantization.weight_granularity}]`,
    '    activation:',
    `      algorithm: [${exportedAlgorithm(config.calibration.algorithm)}]`,
    ...dtypes('optype_wise', ops.byType),
    ...dtypes('op_wise', ops.byName),
    '',
    'tuning:',
    '  strategy:',
    `    name: ${knownStrategy(strategy)}`,
    `    confidence_batches: ${confidence_batches}`,
    '  accuracy_criterion:',
    `    ${criterion}: ${floatText(loss)}`,
    '  exit_policy:',
    // Whole seconds there.
    `    timeout: ${Math.ceil(timeout)}`,
    `    max_trials: ${max_trials}`,
    `  random_seed: ${random_seed}`,
  ];
}

function dtypes(key: string, byKey: ReadonlyMap<string, readonly string[]>): string[] {
  if (byKey.size === 0) return [];
  return [`  ${key}:`, ...[...byKey].flatMap(([name, accepted]) => [`    ${quoted(name)}:`, '      activation:', `        dtype: ${list(accepted)}`])];
}
