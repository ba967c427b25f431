import type { TuningConfig } from '../config/config';
import { type Candidate, candidateRules, type SearchSpace, withRules } from './candidate';

/** The content of a config file, as JSON has it. */
export type ConfigContent = Readonly<Record<string, unknown>>;

/** Files that a config names, as the new one has to name them. */
export type NamedFiles = Partial<Record<'data' | 'ranges', string>>;

/**
 * The content of a config file for a candidate: all that the given one says, with the candidate's rules after those it has,
 * and its files under other names. `config` is what the given content means.
 */
export function tunedContent(given: ConfigContent, config: TuningConfig, space: SearchSpace, candidate: Candidate, files: NamedFiles): ConfigContent {
  const section = (key: string): ConfigContent => (given[key] ?? {}) as ConfigContent;
  const { op_type_dict, op_name_dict } = withRules<unknown>({ op_type_dict: section('op_type_dict'), op_name_dict: section('op_name_dict') }, candidateRules(space, candidate));
  const { algorithm, weight_granularity } = space.settings[candidate.setting]!;
  const calibration = { ...section('calibration'), ...files, ...(algorithm === config.calibration.algorithm ? {} : { algorithm }) };
  const quantization = { ...section('quantization'), ...(weight_granularity === config.quantization.weight_granularity ? {} : { weight_granularity }) };
  const filled = Object.entries({ op_type_dict, op_name_dict, calibration, quantization }).filter(([, value]) => Object.keys(value).length > 0);
  return { ...given, ...Object.fromEntries(filled) };
}
