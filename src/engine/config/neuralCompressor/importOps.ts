import type { PrecisionWish } from '../config';
import { LOWEST_FIRST, type AskedPrecision } from '../rules';
import { type Draft, note } from './draft';
import { wrongValue } from './options';
import { typesOfFamily } from './opTypes';
import { isMapping, textsOf, type Mapping, type Value } from './values';

const DTYPES: Readonly<Record<string, AskedPrecision>> = { int8: 'int8', uint8: 'int8', bf16: 'bf16', fp32: 'fp32' };

/** Names and what is asked of them, in order. */
type Wishes = Record<string, PrecisionWish>;

/** `op_type_dict` or `optype_wise`: Neural Compressor's names for types become TensorFlow's. */
export function readOpTypes(value: Value, path: string, draft: Draft): void {
  const wishes: Wishes = {};
  for (const [name, wish] of readWishes(value, path, draft)) {
    for (const type of typesOfFamily(name) ?? [name]) wishes[type] = wish;
  }
  if (Object.keys(wishes).length > 0) draft.config['op_type_dict'] = wishes;
}

/** `op_name_dict` or `op_wise`: regular expressions for whole names; the last that matches counts, here and there. */
export function readOpNames(value: Value, path: string, draft: Draft): void {
  const wishes: Wishes = Object.fromEntries(readWishes(value, path, draft));
  if (Object.keys(wishes).length > 0) draft.config['op_name_dict'] = wishes;
}

function readWishes(value: Value, path: string, draft: Draft): [string, PrecisionWish][] {
  if (value === null) return [];
  if (!isMapping(value)) {
    wrongValue(value, 'a mapping of names to options', path, draft);
    return [];
  }
  return [...value].flatMap(([name, options]) => {
    const wish = readWish(options, `${path}.${name}`, draft);
    return wish === undefined ? [] : [[name, wish] as [string, PrecisionWish]];
  });
}

/** The dtypes of the activation, or of the weight where that alone has any; undefined where the defaults hold. */
function readWish(value: Value, path: string, draft: Draft): PrecisionWish | undefined {
  if (!isMapping(value)) {
    wrongValue(value, 'a mapping with "activation" or "weight"', path, draft);
    return undefined;
  }
  const dtypes = dtypesOf(value, path, 'activation', draft) ?? dtypesOf(value, path, 'weight', draft);
  if (dtypes === undefined) return undefined;
  const accepted = LOWEST_FIRST.filter((precision) => dtypes.includes(precision));
  return accepted.length === 1 ? accepted[0] : accepted;
}

function dtypesOf(options: Mapping, path: string, tensor: string, draft: Draft): readonly AskedPrecision[] | undefined {
  const given = options.get(tensor);
  const dtypes = given !== undefined && isMapping(given) ? given.get('dtype') : undefined;
  if (dtypes === undefined || dtypes === null) return undefined;
  const names = textsOf(dtypes) ?? [];
  const known = names.filter((name) => Object.hasOwn(DTYPES, name));
  if (known.length < names.length || names.length === 0) {
    const unknown = names.filter((name) => !known.includes(name)).join(', ');
    note(draft, `${path}.${tensor}.dtype`, `There is no precision ${unknown} here: it is left out.`);
  }
  return known.length === 0 ? undefined : known.map((name) => DTYPES[name]!);
}
