import type { PrecisionWish, TuningConfig } from '../config/config';
import { exactPattern } from '../config/pattern';
import type { AskedPrecision } from '../config/rules';

/** What a search decides together: one op, or all ops of a type that are BF16 merely by default. */
export interface Unit {
  /** Name of the op, or the op type. */
  readonly name: string;
  readonly kind: 'op' | 'opType';
  readonly op: string;
  /** Ids of its nodes. */
  readonly nodes: readonly string[];
  /** The precisions it can have, two at least: lowest first. */
  readonly choices: readonly AskedPrecision[];
  /** What it is as long as no rule is added for it. */
  readonly planned: AskedPrecision;
}

/** How INT8 is laid out, for all ops at once. */
export interface QuantizationSetting {
  readonly algorithm: TuningConfig['calibration']['algorithm'];
  readonly weight_granularity: TuningConfig['quantization']['weight_granularity'];
}

/** All that a search chooses between. */
export interface SearchSpace {
  /** In the order in which they run. */
  readonly units: readonly Unit[];
  /** First that of the config. */
  readonly settings: readonly QuantizationSetting[];
}

/** A point of the search space. */
export interface Candidate {
  /** Which of the settings. */
  readonly setting: number;
  /** One per unit. */
  readonly precisions: readonly AskedPrecision[];
}

/** `0 iib`: the setting, and the first letter of each unit's precision. Equal keys are equal candidates. */
export function candidateKey({ setting, precisions }: Candidate): string {
  return `${setting} ${precisions.map((precision) => precision[0]).join('')}`;
}

/** The candidate of a key. */
export function candidateOf(key: string, { units }: SearchSpace): Candidate {
  const [setting, letters = ''] = key.split(' ');
  return { setting: Number(setting), precisions: units.map(({ choices }, unit) => choices.find((precision) => precision[0] === letters[unit]) ?? choices.at(-1)!) };
}

/** Every unit at its lowest precision, which is what Neural Compressor's strategies begin with. */
export function lowest({ units }: SearchSpace, setting = 0): Candidate {
  return { setting, precisions: units.map(({ choices }) => choices[0]!) };
}

/** Every unit at its highest precision. */
export function highest({ units }: SearchSpace, setting = 0): Candidate {
  return { setting, precisions: units.map(({ choices }) => choices.at(-1)!) };
}

/** The candidate with some units at another precision. */
export function withPrecision({ setting, precisions }: Candidate, units: readonly number[], precision: AskedPrecision): Candidate {
  return { setting, precisions: precisions.map((old, unit) => (units.includes(unit) ? precision : old)) };
}

/** Rules by op type and by name, whatever form a wish has. */
export interface PrecisionRules<T> {
  readonly op_type_dict: Readonly<Record<string, T>>;
  readonly op_name_dict: Readonly<Record<string, T>>;
}

/** The rules a candidate adds to a config: only for units that are not so by themselves. */
export function candidateRules({ units }: SearchSpace, { precisions }: Candidate): PrecisionRules<AskedPrecision> {
  const changed = units.flatMap((unit, index) => (precisions[index] === unit.planned ? [] : [{ unit, precision: precisions[index]! }]));
  const rules = (kind: Unit['kind'], key: (unit: Unit) => string) =>
    Object.fromEntries(changed.filter(({ unit }) => unit.kind === kind).map(({ unit, precision }) => [key(unit), precision]));
  return { op_type_dict: rules('opType', ({ op }) => op), op_name_dict: rules('op', ({ name }) => patternOf(name)) };
}

/** Rules after others. One that is there already would keep its place, before others that match, so it goes first. */
export function withRules<T>(rules: PrecisionRules<T>, added: PrecisionRules<T>): PrecisionRules<T> {
  const others = Object.entries(rules.op_name_dict).filter(([pattern]) => !Object.hasOwn(added.op_name_dict, pattern));
  return {
    op_type_dict: { ...rules.op_type_dict, ...added.op_type_dict },
    op_name_dict: Object.fromEntries([...others, ...Object.entries(added.op_name_dict)]),
  };
}

/** The config of a candidate. */
export function candidateConfig(config: TuningConfig, space: SearchSpace, candidate: Candidate): TuningConfig {
  const { algorithm, weight_granularity } = space.settings[candidate.setting]!;
  return {
    ...config,
    ...withRules<PrecisionWish>(config, candidateRules(space, candidate)),
    calibration: { ...config.calibration, algorithm },
    quantization: { ...config.quantization, weight_granularity },
  };
}

/** Keys that are numbers come first in objects, wherever they were added. */
function patternOf(name: string): string {
  return /^\d+$/.test(name) ? `(?:${name})` : exactPattern(name);
}
