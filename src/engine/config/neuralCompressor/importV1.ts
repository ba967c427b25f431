import type { Draft } from './draft';
import { readOpNames, readOpTypes } from './importOps';
import { type Options, readOptions, section } from './options';
import { readSamplingSize, readUseBf16 } from './settings';
import type { Mapping } from './values';

const OPTIONS: Options = {
  model: section({ name: {}, framework: {}, inputs: {}, outputs: {} }),
  version: {},
  use_bf16: { read: readUseBf16 },
  quantization: section({
    use_bf16: { read: readUseBf16 },
    approach: {},
    calibration: section({ sampling_size: { read: readSamplingSize } }),
    optype_wise: { read: readOpTypes },
    op_wise: { read: readOpNames },
  }),
};

/** The YAML file of Neural Compressor 1.x and 2.0: `schema` of its conf/config.py. */
export function importV1(given: Mapping, draft: Draft): void {
  readOptions(given, OPTIONS, '', draft);
}
