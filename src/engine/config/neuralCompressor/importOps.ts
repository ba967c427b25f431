import type { PrecisionWish } from '../config';
import { type Draft, note } from './draft';
import { javascriptPattern } from './javascriptPattern';
import { wrongValue } from './options';
import { familyOf } from './opTypes';
import { meansAllTypes, typesBehind } from './typePatterns';
import { readTensorOptions } from './tensorOptions';
import { isMapping, type Mapping, shown, type Value } from './values';
import { wishForAllOps } from './wishForAllOps';

/** `model_wise`: all ops that Neural Compressor deals with. */
export function readModelWise(value: Value, path: string, draft: Draft): void {
  const wish = readTensorOptions(value, path, draft, true);
  if (wish !== undefined) wishForAllOps(wish, draft);
}

/** `op_type_dict` or `optype_wise`: keys are regular expressions for its names of op types; the last that matches counts. */
export function readOpTypes(value: Value, path: string, draft: Draft): void {
  const given = entries(value, path, draft);
  for (const [name, options] of given) {
    const at = `${path}.${name}`;
    if (meansAllTypes(name)) {
      readModelWise(options, at, draft);
      continue;
    }
    const wish = readTensorOptions(options, at, draft);
    if (wish !== undefined) setByType(name, wish, at, draft);
    const family = familyOf(name);
    if (wish !== undefined && family !== undefined && !given.has(family)) {
      note(draft, at, `Neural Compressor calls ${name} ${family} and passes over this name; here it counts.`);
    }
  }
}

/** `op_name_dict` or `op_wise`: regular expressions for whole names; the last that matches counts, here and there. */
export function readOpNames(value: Value, path: string, draft: Draft): void {
  for (const [pattern, options] of entries(value, path, draft)) {
    const wish = readTensorOptions(options, `${path}.${pattern}`, draft);
    if (wish !== undefined) setByName(pattern, wish, `${path}.${pattern}`, draft);
  }
}

/** Adds a wish for op types, by a name of Neural Compressor or a regular expression for such names. */
export function setByType(name: string, wish: PrecisionWish, path: string, draft: Draft): void {
  const types = typesBehind(name);
  if (types.length === 0) note(draft, path, `No op type of TensorFlow goes by ${shown(name)}: it is left out.`);
  for (const type of types) draft.byType.set(type, wish);
}

/** Adds a wish for the nodes whose whole name matches a regular expression of Python. */
export function setByName(pattern: string, wish: PrecisionWish, path: string, draft: Draft): void {
  const converted = javascriptPattern(pattern);
  if (converted === undefined) {
    note(draft, path, 'JavaScript, which matches names here, has no equal of this regular expression: it is left out.');
    return;
  }
  // Taken out first: a Map keeps the place of the first.
  draft.byName.delete(converted);
  draft.byName.set(converted, wish);
}

function entries(value: Value, path: string, draft: Draft): Mapping {
  if (isMapping(value)) return value;
  if (value !== null) wrongValue(value, 'a mapping of names to options', path, draft);
  return new Map();
}
