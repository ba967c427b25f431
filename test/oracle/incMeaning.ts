import type { PrecisionWish, TuningConfig } from '../../src/engine/config/config';
import type { ImportNote } from '../../src/engine/config/neuralCompressor/notes';
import { FAMILY_NAMES, familyOf, typesOfFamily } from '../../src/engine/config/neuralCompressor/opTypes';
import type { IncConfig, IncOps, IncTensor } from './neuralCompressor';

/** What a config says in words of both: wishes by op type for all that Neural Compressor can make INT8 and all that are named. */
export interface Meaning {
  readonly useBf16: boolean;
  readonly samplingSize: number;
  readonly criterion: Readonly<Record<string, number>>;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly granularity: string;
  readonly algorithm: string;
  /** Of types that are left to the framework there is no word. */
  readonly byType: Readonly<Record<string, PrecisionWish>>;
  /** In order: the last that matches counts. */
  readonly byName: readonly PrecisionWish[];
}

const INT8_TYPES = FAMILY_NAMES.flatMap((name) => typesOfFamily(name)!);
const DTYPES: Readonly<Record<string, 'int8' | 'bf16' | 'fp32'>> = { int8: 'int8', uint8: 'int8', bf16: 'bf16', fp32: 'fp32' };

export function meaningOf(config: TuningConfig): Meaning {
  const { use_bf16: useBf16, calibration, quantization, accuracy_criterion: criterion, inputs = [], outputs = [] } = config;
  return {
    useBf16, criterion, inputs, outputs,
    samplingSize: calibration.sampling_size,
    granularity: quantization.weight_granularity,
    algorithm: calibration.algorithm,
    byType: config.op_type_dict,
    byName: Object.values(config.op_name_dict),
  };
}

/**
 * What Neural Compressor read, in our words; `types` are those to look for beside the ones it can make INT8, `notes` say which
 * patterns an import left out.
 */
export function meaningOfInc(said: IncConfig, types: readonly string[], notes: readonly ImportNote[] = []): Meaning {
  const ofAll = [said.model_wise, ...Object.entries(said.op_types).filter(([pattern]) => pattern === '.*').map(([, options]) => options)];
  const last = (pick: (options: (typeof ofAll)[number]) => readonly string[] | null | undefined) => ofAll.map(pick).filter((value) => value).at(-1)?.[0];
  return {
    useBf16: said.precisions ? said.precisions.includes('bf16') : said.use_bf16,
    samplingSize: Number(said.sampling_size?.[0] ?? 100),
    criterion: said.accuracy_criterion,
    inputs: said.inputs,
    outputs: said.outputs,
    granularity: last((options) => options?.weight?.granularity) ?? 'per_channel',
    algorithm: last((options) => options?.activation?.algorithm) ?? 'minmax',
    byType: wishesByType(said, types),
    byName: Object.entries(said.op_names).filter(([pattern]) => !notes.some(({ path }) => path.endsWith(`.${pattern}`)))
      .map(([, options]) => wishOf(options)).filter((wish) => wish !== undefined),
  };
}

/** model_wise first, then optype_wise: the last that matches counts, by Neural Compressor's own name for a type or TensorFlow's. */
function wishesByType(said: IncConfig, types: readonly string[]): Record<string, PrecisionWish> {
  const rules: [string, IncOps[string]][] = [['.*', said.model_wise ?? {}], ...Object.entries(said.op_types)];
  const wishes: Record<string, PrecisionWish> = {};
  for (const type of new Set([...INT8_TYPES, ...types])) {
    const matching = rules.filter(([pattern, options]) => wishOf(options) !== undefined && [type, familyOf(type) ?? type].some((name) => new RegExp(`^(?:${pattern})$`).test(name)));
    const counting = matching.at(-1);
    // INT8 for all ops is what all ops have anyway.
    if (counting !== undefined && !(counting[0] === '.*' && wishOf(counting[1]) === 'int8')) wishes[type] = wishOf(counting[1])!;
  }
  return wishes;
}

/** Of the activation, or of the weight where that alone has dtypes; lowest first. */
function wishOf({ activation, weight }: IncOps[string]): PrecisionWish | undefined {
  const dtypesOf = (tensor: IncTensor | undefined) => tensor?.dtype?.map((dtype) => DTYPES[dtype]).filter((dtype) => dtype !== undefined);
  const named = dtypesOf(activation) ?? dtypesOf(weight) ?? [];
  const accepted = (['int8', 'bf16', 'fp32'] as const).filter((precision) => named.includes(precision));
  return accepted.length > 1 ? accepted : accepted[0];
}
