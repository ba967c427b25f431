import { opDefinition } from '../../capabilities/tensorflow';
import { DEFAULT_BF16_OPS } from '../../capabilities/tensorflowPrecision';
import { matchesWholeName } from '../pattern';
import { javascriptPattern } from './javascriptPattern';
import { FAMILY_NAMES, familyOf, typesOfFamily } from './opTypes';

/** What a regular expression for op types can mean: its names for ops that can be INT8, and the types that gain from BF16. */
const NAMES: readonly string[] = [...FAMILY_NAMES, ...DEFAULT_BF16_OPS.filter((type) => familyOf(type) === undefined)];

/** The op types of TensorFlow that a name of Neural Compressor, or a regular expression for such names, stands for. */
export function typesBehind(name: string): readonly string[] {
  if (opDefinition(name) !== undefined) return [name];
  return namesMatching(name).flatMap((match) => typesOfFamily(match) ?? [match]);
}

/** Whether a regular expression matches all names, as `.*` does. */
export function meansAllTypes(pattern: string): boolean {
  return namesMatching(pattern).length === NAMES.length;
}

function namesMatching(pattern: string): readonly string[] {
  const converted = isQuick(pattern) ? javascriptPattern(pattern) : undefined;
  return converted === undefined ? [] : NAMES.filter(matchesWholeName(converted));
}

/** Whether matching cannot take long: few repeats, and none of a group, which may repeat itself. */
function isQuick(pattern: string): boolean {
  return pattern.length <= 500 && !/\)[*+{]/.test(pattern) && (pattern.match(/[*+{]|(?<!\()\?/g) ?? []).length <= 4;
}
