import { getNodeValue, type Node } from 'jsonc-parser';
import type { PrecisionChoice, PrecisionWish } from './config';
import { didYouMean, nearest } from './didYouMean';
import { remove, setTo } from './fixes';
import { members } from './json';
import { type ConfigProblem, type Path, pathText, problemAt, quotedList } from './problem';
import { type AskedPrecision, LOWEST_FIRST } from './rules';
import { UNSUPPORTED_TENSOR_OPTIONS } from './unsupported';

type Report = (problem: ConfigProblem) => void;

const CHOICES: Readonly<Record<string, PrecisionChoice>> = { int8: 'int8', bf16: 'bf16', fp32: 'fp32', auto: 'auto' };
const PRECISIONS: Readonly<Record<string, AskedPrecision>> = { int8: 'int8', bf16: 'bf16', fp32: 'fp32' };
const DTYPES: Readonly<Record<string, AskedPrecision>> = { int8: 'int8', uint8: 'int8', bf16: 'bf16', fp32: 'fp32' };
/** What other frameworks call them. */
const SYNONYMS: ReadonlyMap<unknown, AskedPrecision> = new Map([['float32', 'fp32'], ['float', 'fp32'], ['bfloat16', 'bf16'], ['uint8', 'int8']]);
const TENSORS = ['activation', 'weight'];

/**
 * A value of op_type_dict or op_name_dict: a precision, a list of the precisions the op accepts, or Intel Neural Compressor's
 * long form `{"activation": {"dtype": [...]}, "weight": {...}}`, where the dtypes of the activation count (the weight's when
 * only that has any). Undefined when it is none of them; `report` then got an error.
 */
export function readPrecisionWish(node: Node, path: Path, report: Report): PrecisionWish | undefined {
  if (node.type === 'object') return readLongForm(node, path, report);
  if (node.type === 'array') return readList(node, path, PRECISIONS, report);
  return readName(node, path, CHOICES, report);
}

function readLongForm(node: Node, path: Path, report: Report): PrecisionWish | undefined {
  const tensors = new Map<string, TensorWish>();
  for (const [key, keyNode, value] of members(node)) {
    if (TENSORS.includes(key)) tensors.set(key, readTensor(value, [...path, key], report));
    else report(problemAt(keyNode, [...path, key], 'error', `Unknown key "${pathText([...path, key])}"; accepted here: activation, weight.`, [remove([...path, key])]));
  }
  if (tensors.size === 0) report(problemAt(node, path, 'error', `"${pathText(path)}" must name a dtype for "activation".`));
  if (tensors.size === 0) return undefined;
  const deciding = TENSORS.map((tensor) => tensors.get(tensor)).find((tensor) => tensor?.hasDtype);
  return deciding === undefined ? 'auto' : deciding.wish;
}

interface TensorWish {
  /** Other options alone leave the op to the defaults. */
  readonly hasDtype: boolean;
  readonly wish?: PrecisionWish;
}

function readTensor(node: Node, path: Path, report: Report): TensorWish {
  let dtypes: Node | undefined;
  let hasOptions = false;
  for (const [key, keyNode, value] of members(node)) {
    const at = [...path, key];
    if (key === 'dtype') dtypes = value;
    else if (UNSUPPORTED_TENSOR_OPTIONS.includes(key)) {
      hasOptions = true;
      report(problemAt(keyNode, at, 'warning', `"${pathText(at)}" is not supported by this version, ignored: only dtype counts.`, [remove(at)]));
    } else report(problemAt(keyNode, at, 'error', `Unknown key "${pathText(at)}"; accepted here: dtype.`, [remove(at)]));
  }
  if (dtypes === undefined && hasOptions) return { hasDtype: false };
  return { hasDtype: true, wish: readList(dtypes ?? node, [...path, 'dtype'], DTYPES, report) };
}

/** A precision or a list of them, lowest first. */
function readList(node: Node, path: Path, names: Readonly<Record<string, AskedPrecision>>, report: Report): PrecisionWish | undefined {
  const items = node.type === 'array' ? (node.children ?? []) : node.type === 'object' ? [] : [node];
  if (items.length === 0) {
    report(problemAt(node, path, 'error', `"${pathText(path)}" must be a ${names === DTYPES ? 'dtype' : 'precision'} or a list of them: ${quotedList(Object.keys(names))}.`));
    return undefined;
  }
  const read = items.map((item, index) => readName(item, node.type === 'array' ? [...path, index] : path, names, report));
  const wish = LOWEST_FIRST.filter((precision) => read.includes(precision));
  return read.includes(undefined) ? undefined : wish.length === 1 ? wish[0] : wish;
}

function readName<T extends PrecisionChoice>(node: Node, path: Path, names: Readonly<Record<string, T>>, report: Report): T | undefined {
  const value: unknown = getNodeValue(node);
  if (typeof value === 'string' && Object.hasOwn(names, value)) return names[value];
  const allowed = Object.keys(names);
  const refused = `not ${JSON.stringify(value)}${didYouMean(value, allowed)}`;
  const close = SYNONYMS.get(value) ?? nearest(value, allowed);
  const fixes = [...(close === undefined ? [] : [setTo(path, close)]), remove(path)];
  report(problemAt(node, path, 'error', `"${pathText(path)}" must be one of ${quotedList(allowed)}, ${refused}`, fixes));
  return undefined;
}
