import type { Dialect } from '../dialect';
import type { TuningConfig } from './config';
import { setTo } from './fixes';
import { hasVnni } from './instructions';
import type { Places } from './places';
import { type ConfigProblem, problemAt } from './problem';

const FORM = ['quantization', 'form'];
const REDUCE_RANGE = ['quantization', 'reduce_range'];
const TARGET = ['target_isa'];

/** What the fused form costs or risks: the framework may have none, and its kernels add in 16 bits on CPUs without VNNI. */
export function diagnoseForm({ quantization, target_isa: target }: TuningConfig, { fusedForm }: Dialect, places: Places): ConfigProblem[] {
  const { form, reduce_range: reduceRange } = quantization;
  if (form !== 'fused') return [];
  if (fusedForm === undefined) {
    const message = 'Only TensorFlow models have a fused form: this one gets Quantize and Dequantize around its INT8 ops, from which its runtimes make INT8 kernels themselves.';
    return [problemAt(places.value(FORM), FORM, 'warning', message, [setTo(FORM, 'qdq')])];
  }
  if (hasVnni(target)) return [];
  if (reduceRange === false) {
    const message = 'On CPUs without VNNI instructions, sums of the fused INT8 kernels overflow with weights of 8 bits, and results are wrong.';
    return [problemAt(places.value(REDUCE_RANGE), REDUCE_RANGE, 'warning', message, [setTo(REDUCE_RANGE, 'auto'), setTo(TARGET, 'avx512_vnni')])];
  }
  if (reduceRange === true || target !== undefined) return [];
  const message = 'Weights of fused INT8 kernels have 7 bits, so that sums are right on CPUs without VNNI instructions too; with a target_isa that has them they have 8, which is more accurate.';
  return [problemAt(places.value(FORM), FORM, 'information', message, [setTo(TARGET, 'avx512_vnni'), setTo(REDUCE_RANGE, true)])];
}
