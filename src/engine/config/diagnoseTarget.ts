import type { Plan } from '../plan';
import type { TuningConfig } from './config';
import { setTo } from './fixes';
import type { Places } from './places';
import { type ConfigProblem, problemAt } from './problem';

const NO_BF16: readonly TuningConfig['target_isa'][] = ['avx2', 'avx512_vnni'];
const NO_VNNI: readonly TuningConfig['target_isa'][] = ['avx2'];
const PATH = ['target_isa'];

/**
 * Where the target's instructions make a precision slow: BF16 needs AVX512-BF16 or AMX, INT8 gains most from VNNI.
 * https://www.intel.com/content/www/us/en/docs/onednn/developer-guide-reference (data types by instruction set)
 */
export function diagnoseTarget(config: TuningConfig, plan: Plan, places: Places): ConfigProblem[] {
  const isInt8 = [...plan.nodes.values()].some(({ precision }) => precision === 'int8');
  const problems: ConfigProblem[] = [];
  if (config.use_bf16 && NO_BF16.includes(config.target_isa)) {
    const message = `${config.target_isa} has no BF16 instructions: BF16 ops run slower than FP32 there.`;
    const fixes = [setTo(['use_bf16'], false, 'Turn use_bf16 off'), setTo(PATH, 'avx512_bf16')];
    problems.push(problemAt(places.value(PATH), PATH, 'warning', message, fixes));
  }
  if (isInt8 && NO_VNNI.includes(config.target_isa)) {
    const message = `INT8 runs on ${config.target_isa}, but gains less than with the VNNI instructions of avx512_vnni.`;
    problems.push(problemAt(places.value(PATH), PATH, 'information', message, [setTo(PATH, 'avx512_vnni')]));
  }
  return problems;
}
