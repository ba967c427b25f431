import type { Dialect } from '../dialect';
import type { TuningConfig } from './config';
import { setTo } from './fixes';
import type { Places } from './places';
import { type ConfigProblem, problemAt } from './problem';

const PATH = ['quantization', 'form'];

/** Where the framework has no INT8 kernels that a model could name: its runtimes find those themselves. */
export function diagnoseForm({ quantization }: TuningConfig, { fusedForm }: Dialect, places: Places): ConfigProblem[] {
  if (quantization.form !== 'fused' || fusedForm !== undefined) return [];
  const message = 'Only TensorFlow models have a fused form: this one gets Quantize and Dequantize around its INT8 ops, from which its runtimes make INT8 kernels themselves.';
  return [problemAt(places.value(PATH), PATH, 'warning', message, [setTo(PATH, 'qdq')])];
}
