import { type CalibrationAlgorithm, DEFAULT_CONFIG, type StrategyName, type TuningConfig } from '../config';
import type { ImportNote } from './notes';

const ELSEWHERE = 'Neural Compressor measures accuracy with a function in Python: it is left out.';
const PLACES_CASTS = 'Neural Compressor has no choice of where Casts go: it is left out.';

interface Missing {
  readonly path: string;
  readonly value: (config: TuningConfig) => unknown;
  readonly message: string;
}

const MISSING: readonly Missing[] = [
  { path: 'bf16_ops', value: (config) => config.bf16_ops, message: 'Neural Compressor takes the list of op types that gain from BF16 from its own files: it is left out.' },
  { path: 'calibration.data', value: (config) => config.calibration.data, message: 'Neural Compressor takes calibration data from a data loader in Python: it is left out.' },
  { path: 'calibration.ranges', value: (config) => config.calibration.ranges, message: 'Neural Compressor reads no recorded ranges: it is left out.' },
  {
    path: 'calibration.algorithm', value: ({ calibration: { algorithm } }) => exportedAlgorithm(algorithm) === algorithm,
    message: 'Neural Compressor has no such algorithm for TensorFlow: ranges go from the smallest to the largest value.',
  },
  {
    path: 'quantization.weight_algorithm', value: (config) => config.quantization.weight_algorithm,
    message: 'Neural Compressor quantizes weights from their smallest to their largest value: it is left out.',
  },
  { path: 'quantization.form', value: ({ quantization }) => quantization.form, message: 'Neural Compressor chooses the form of INT8 ops by its backend: it is left out.' },
  { path: 'quantization.reduce_range', value: ({ quantization }) => quantization.reduce_range, message: 'Neural Compressor asks the CPU it runs on: it is left out.' },
  { path: 'cast_placement', value: (config) => config.cast_placement, message: PLACES_CASTS },
  { path: 'cast_cost', value: (config) => config.cast_cost, message: PLACES_CASTS },
  { path: 'bf16_reward', value: (config) => config.bf16_reward, message: PLACES_CASTS },
  { path: 'target_isa', value: (config) => config.target_isa, message: 'Neural Compressor asks the CPU it runs on: it is left out.' },
  { path: 'tuning.strategy', value: ({ tuning: { strategy } }) => knownStrategy(strategy) === strategy, message: 'Neural Compressor has no such strategy: "basic" takes its place.' },
  { path: 'tuning.metric', value: ({ tuning }) => tuning.metric, message: ELSEWHERE },
  { path: 'tuning.topk', value: ({ tuning }) => tuning.topk, message: ELSEWHERE },
  { path: 'tuning.data', value: ({ tuning }) => tuning.data, message: ELSEWHERE },
  { path: 'tuning.labels', value: ({ tuning }) => tuning.labels, message: ELSEWHERE },
];

/** The strategy, where Neural Compressor has it. */
export function knownStrategy(name: StrategyName): StrategyName {
  return name === 'pareto' ? 'basic' : name;
}

/** The algorithm, where Neural Compressor has it for TensorFlow. */
export function exportedAlgorithm(name: CalibrationAlgorithm): CalibrationAlgorithm {
  return name === 'kl' ? 'kl' : 'minmax';
}

/** What a config says that Neural Compressor cannot, apart from wishes for ops. Defaults need no word. */
export function notExported(config: TuningConfig): ImportNote[] {
  return [
    ...MISSING.filter(({ value }) => value(config) !== value(DEFAULT_CONFIG)).map(({ path, message }) => ({ path, message })),
    ...Object.entries(config.sensitive_ops).map(([name]) => ({
      path: `sensitive_ops.${name}`, message: 'Neural Compressor keeps no patterns of ops in FP32: it is left out.',
    })),
  ];
}
