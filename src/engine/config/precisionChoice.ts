import { getNodeValue, type Node } from 'jsonc-parser';
import type { PrecisionChoice } from './config';
import { didYouMean } from './didYouMean';
import { members } from './json';
import { type ConfigProblem, type Path, pathText, problemAt, quotedList } from './problem';
import { UNSUPPORTED_TENSOR_OPTIONS } from './unsupported';

type Report = (problem: ConfigProblem) => void;

const CHOICES: Readonly<Record<string, PrecisionChoice>> = { int8: 'int8', bf16: 'bf16', fp32: 'fp32', auto: 'auto' };
const DTYPES: Readonly<Record<string, PrecisionChoice>> = { int8: 'int8', uint8: 'int8', bf16: 'bf16', fp32: 'fp32' };
const TENSORS = ['activation', 'weight'];

/**
 * A value of op_type_dict or op_name_dict: a precision, or Intel Neural Compressor's long form
 * `{"activation": {"dtype": [...]}, "weight": {...}}`, where the activation's first dtype decides (the weight's when only
 * that is given). Undefined when it is neither; `report` then got an error.
 */
export function readPrecisionChoice(node: Node, path: Path, report: Report): PrecisionChoice | undefined {
  if (node.type === 'object') return readLongForm(node, path, report);
  return readName(node, path, CHOICES, report);
}

function readLongForm(node: Node, path: Path, report: Report): PrecisionChoice | undefined {
  const choices = new Map<string, PrecisionChoice | undefined>();
  for (const [key, keyNode, value] of members(node)) {
    if (TENSORS.includes(key)) choices.set(key, readTensor(value, [...path, key], report));
    else report(problemAt(keyNode, [...path, key], 'error', `Unknown key "${pathText([...path, key])}"; accepted here: activation, weight.`));
  }
  if (choices.size === 0) report(problemAt(node, path, 'error', `"${pathText(path)}" must name a dtype for "activation".`));
  return choices.has('activation') ? choices.get('activation') : choices.get('weight');
}

function readTensor(node: Node, path: Path, report: Report): PrecisionChoice | undefined {
  let dtypes: Node | undefined;
  for (const [key, keyNode, value] of members(node)) {
    const at = [...path, key];
    if (key === 'dtype') dtypes = value;
    else if (UNSUPPORTED_TENSOR_OPTIONS.includes(key)) {
      report(problemAt(keyNode, at, 'warning', `"${pathText(at)}" is not supported by this version, ignored: only dtype counts.`));
    } else report(problemAt(keyNode, at, 'error', `Unknown key "${pathText(at)}"; accepted here: dtype.`));
  }
  const at = [...path, 'dtype'];
  const names = dtypes?.type === 'array' ? (dtypes.children ?? []) : dtypes === undefined ? [] : [dtypes];
  if (names.length === 0) {
    const allowed = quotedList(Object.keys(DTYPES));
    report(problemAt(dtypes ?? node, at, 'error', `"${pathText(at)}" must be a dtype or a list of them: ${allowed}.`));
  }
  return names.map((name) => readName(name, at, DTYPES, report))[0];
}

function readName(node: Node, path: Path, names: Readonly<Record<string, PrecisionChoice>>, report: Report): PrecisionChoice | undefined {
  const value: unknown = getNodeValue(node);
  if (typeof value === 'string' && Object.hasOwn(names, value)) return names[value];
  const allowed = Object.keys(names);
  const refused = `not ${JSON.stringify(value)}${didYouMean(value, allowed)}`;
  report(problemAt(node, path, 'error', `"${pathText(path)}" must be one of ${quotedList(allowed)}, ${refused}`));
  return undefined;
}
