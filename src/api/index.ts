/** The engine for programs: `import { defaultConfig, Quantization } from 'mixed-precision'`. */
export { type Config, defaultConfig, readConfig } from './config';
export { Quantization, type QuantizationOptions, type SaveOptions, type WorkOptions } from './quantization';
export { UserError } from '../engine/errors';
export type {
  CastCounts, Change, Model, NodeDetails, OpType, Outcome, PhaseName, Plan, Precision, PrecisionCounts, Progress, Report, Snapshot, Value, Warning,
} from './types';
