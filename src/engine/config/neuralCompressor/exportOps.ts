import type { PrecisionWish, TuningConfig } from '../config';
import type { ImportNote } from './notes';
import { familyOf, typesOfFamily } from './opTypes';
import { pythonPattern } from './pythonPattern';

/** What Neural Compressor calls op_type_dict (optype_wise) and op_name_dict (op_wise): dtypes of the activation by name, in order. */
export interface OpDtypes {
  readonly byType: ReadonlyMap<string, readonly string[]>;
  readonly byName: ReadonlyMap<string, readonly string[]>;
  readonly notes: readonly ImportNote[];
}

/**
 * The wishes for op types and nodes as Neural Compressor has them. Only the activation gets dtypes: its TensorFlow adaptor asks
 * for no other, and dtypes of weights would bring INT8 back to ops that have none (_merge_op_cfg of strategy/utils/tuning_space.py).
 */
export function exportOps(config: TuningConfig): OpDtypes {
  const notes: ImportNote[] = [];
  return { byType: exportTypes(config.op_type_dict, notes), byName: exportNames(config.op_name_dict, notes), notes };
}

function exportTypes(wishes: TuningConfig['op_type_dict'], notes: ImportNote[]): Map<string, readonly string[]> {
  const byType = new Map<string, readonly string[]>();
  for (const [type, wish] of Object.entries(wishes)) {
    const path = `op_type_dict.${type}`;
    const dtypes = dtypesOf(path, wish, 'It is what an op type has that is left out.', notes);
    if (dtypes === undefined) continue;
    const family = familyOf(type);
    // Under its own name Neural Compressor knows a type only where it cannot make the op INT8.
    byType.set(type, dtypes);
    if (family === undefined || byType.has(family)) continue;
    const others = typesOfFamily(family)!.filter((other) => other !== type);
    const differing = others.filter((other) => wishes[other] !== undefined && String(wishes[other]) !== String(wish));
    if (differing.length > 0) {
      notes.push({ path, message: `Neural Compressor has one name, ${family}, for ${type} and ${differing.join(', ')}, which differ here: it is left out. Name the nodes instead.` });
      continue;
    }
    const silent = others.filter((other) => wishes[other] === undefined);
    if (silent.length > 0) notes.push({ path, message: `Neural Compressor's name for it, ${family}, means ${silent.join(', ')} as well.` });
    byType.set(family, dtypes);
  }
  return byType;
}

function exportNames(wishes: TuningConfig['op_name_dict'], notes: ImportNote[]): Map<string, readonly string[]> {
  const byName = new Map<string, readonly string[]>();
  for (const [pattern, wish] of Object.entries(wishes)) {
    const path = `op_name_dict.${pattern}`;
    const inPython = pythonPattern(pattern);
    if (inPython === undefined) {
      notes.push({ path, message: 'Python has no equal of this regular expression: it is left out.' });
      continue;
    }
    const dtypes = dtypesOf(path, wish, 'Entries before it, and those for op types, now count for the nodes it matches.', notes);
    if (dtypes === undefined) continue;
    // Taken out first: a later entry wins, and a Map keeps the place of the first.
    byName.delete(inPython);
    byName.set(inPython, dtypes);
  }
  return byName;
}

function dtypesOf(path: string, wish: PrecisionWish, withoutAuto: string, notes: ImportNote[]): readonly string[] | undefined {
  if (wish === 'auto') {
    notes.push({ path, message: `Neural Compressor has no word for "auto": it is left out. ${withoutAuto}` });
    return undefined;
  }
  if (typeof wish === 'string') return [wish];
  if (wish.includes('int8') && wish.length > 1) {
    notes.push({ path, message: 'Neural Compressor 2.1 and later start without INT8 where a list names another precision too; "int8" alone starts with it.' });
  }
  return wish;
}
