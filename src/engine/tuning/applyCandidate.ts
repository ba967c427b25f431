import type { TuningConfig } from '../config/config';
import type { ConfigEdit } from '../config/problem';
import { isSameJson } from '../data/isSameJson';
import { type Candidate, candidateRules, type SearchSpace, withRules } from './candidate';
import type { NamedFiles } from './tunedConfig';

/** What a candidate is added to, and the files its ranges come from. */
export interface CandidateBase {
  /** The config the search began with. */
  readonly base: TuningConfig;
  readonly space: SearchSpace;
  readonly files: NamedFiles;
}

/** The config that a candidate stands for. */
export function configOf({ base, space, files }: CandidateBase, candidate: Candidate): TuningConfig {
  const { algorithm, weight_granularity } = space.settings[candidate.setting]!;
  return {
    ...base,
    ...withRules(base, candidateRules(space, candidate)),
    calibration: { ...base.calibration, ...files, algorithm },
    quantization: { ...base.quantization, weight_granularity },
  };
}

/**
 * The edits of a config file that make a candidate of it: its rules, how INT8 is laid out, and the files of ranges. What is as
 * it should be stays, with the comments around it; so do all other keys.
 */
export function candidateEdits(present: TuningConfig, base: CandidateBase, candidate: Candidate): readonly ConfigEdit[] {
  const wanted = configOf(base, candidate);
  const section = <K extends 'calibration' | 'quantization'>(key: K, names: readonly (keyof TuningConfig[K] & string)[]): ConfigEdit[] =>
    names.filter((name) => present[key][name] !== wanted[key][name]).map((name) => ({ path: [key, name], value: wanted[key][name] }));
  return [
    ...typeEdits(present.op_type_dict, wanted.op_type_dict),
    ...nameEdits(present.op_name_dict, wanted.op_name_dict),
    ...section('calibration', ['algorithm', ...(Object.keys(base.files) as ('data' | 'ranges')[])]),
    ...section('quantization', ['weight_granularity']),
  ];
}

type Rules = TuningConfig['op_name_dict'];

function typeEdits(present: Rules, wanted: Rules): ConfigEdit[] {
  const removed = Object.keys(present).filter((key) => !Object.hasOwn(wanted, key));
  const set = Object.entries(wanted).filter(([key, value]) => !isSameJson(present[key], value));
  return [...removed.map((key) => ({ path: ['op_type_dict', key], value: undefined })), ...set.map(([key, value]) => ({ path: ['op_type_dict', key], value }))];
}

/** The last match wins, so that the order counts: from the first difference on, rules are written anew. */
function nameEdits(present: Rules, wanted: Rules): ConfigEdit[] {
  const [before, after] = [Object.entries(present), Object.entries(wanted)];
  const differs = before.findIndex(([key, value], index) => after[index]?.[0] !== key || !isSameJson(after[index][1], value));
  const same = differs < 0 ? before.length : differs;
  return [
    ...before.slice(same).map(([key]) => ({ path: ['op_name_dict', key], value: undefined })),
    ...after.slice(same).map(([key, value]) => ({ path: ['op_name_dict', key], value })),
  ];
}

/** Whether two configs make the same of a model: whether all but the criterion and how to search is the same. */
export function convertsAlike(a: TuningConfig, b: TuningConfig): boolean {
  const conversion = ({ accuracy_criterion: _, tuning: __, ...rest }: TuningConfig) => rest;
  return isSameJson(conversion(a), conversion(b));
}
