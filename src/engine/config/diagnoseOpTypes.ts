import type { Dialect } from '../dialect';
import type { Graph } from '../graph/graph';
import type { TuningConfig } from './config';
import { didYouMean, nearest } from './didYouMean';
import { moveTo, remove, rename, setTo } from './fixes';
import { exactPattern } from './pattern';
import type { Places } from './places';
import { type ConfigFix, type ConfigProblem, type Path, problemAt } from './problem';
import { kindsOfNode, REGEX_MARK } from './rules';

interface NamedType {
  readonly op: string;
  readonly path: Path;
}

/**
 * The op types a config names that are not in the model: an error for one that the framework does not know either, which
 * is a slip of the pen; information for the others.
 */
export function diagnoseOpTypes(config: TuningConfig, graph: Graph, dialect: Dialect, places: Places): ConfigProblem[] {
  const byType = Object.keys(config.op_type_dict).map((op): NamedType => ({ op, path: ['op_type_dict', op] }));
  const listed = (config.bf16_ops ?? []).map((op, index): NamedType => ({ op, path: ['bf16_ops', index] })).filter(({ op }) => !op.startsWith(REGEX_MARK));
  if (byType.length + listed.length === 0) return [];
  const inModel = new Set([...graph.nodes.values()].flatMap((node) => kindsOfNode(node, dialect)));
  const absent = [...byType, ...listed].filter(({ op }) => !inModel.has(op));
  const unknown = absent.filter(({ op }) => !dialect.knowsOp(op));
  const names = new Set(unknown.length === 0 ? [] : [...graph.nodes.values()].map(({ name }) => name));
  return [
    ...unknown.map((named) => unknownType(named, [...inModel], names.has(named.op), places)),
    ...absentTypes(absent.filter(({ op }) => dialect.knowsOp(op)), places),
  ];
}

function unknownType({ op, path }: NamedType, inModel: readonly string[], isName: boolean, places: Places): ConfigProblem {
  const key = String(path[0]);
  const isListed = key === 'bf16_ops';
  const hint = !isName ? '' : isListed ? ` To name a node, write "${REGEX_MARK}${op}".` : ' Nodes are named in op_name_dict.';
  const close = nearest(op, inModel);
  const fixes: ConfigFix[] = [];
  if (isName && isListed) fixes.push(setTo(path, REGEX_MARK + exactPattern(op)));
  if (isName && !isListed) fixes.push(moveTo(path, ['op_name_dict', exactPattern(op)], places.read(path), 'Move to op_name_dict'));
  if (close !== undefined) fixes.push(isListed ? setTo(path, close) : rename(path, close, places.read(path)));
  const message = `"${key}" names the op type "${op}", which does not exist${isName ? '.' : didYouMean(op, inModel)}${hint}`;
  return problemAt(places.key(path), path, 'error', message, [...fixes, remove(path)]);
}

/** One for each type of op_type_dict; one for all of bf16_ops, whose lists often serve many models. */
function absentTypes(absent: readonly NamedType[], places: Places): ConfigProblem[] {
  const listed = absent.filter(({ path }) => path[0] === 'bf16_ops');
  const single = absent.filter(({ path }) => path[0] !== 'bf16_ops');
  const problems = single.map(({ op, path }) => problemAt(places.key(path), path, 'information', `This model has no ${op}.`, [remove(path)]));
  if (listed.length === 0) return problems;
  const path: Path = listed.length === 1 ? listed[0]!.path : ['bf16_ops'];
  const some = listed.slice(0, 3).map(({ op }) => op).join(', ');
  const message = `This model has no ${some}${listed.length > 3 ? ` and ${listed.length - 3} more types of bf16_ops` : ''}.`;
  // From the last one, as an item that goes moves those after it.
  const edits = [...listed].reverse().map((named) => ({ path: named.path, value: undefined }));
  return [...problems, problemAt(places.key(path), path, 'information', message, [{ title: listed.length === 1 ? 'Remove' : 'Remove them', edits }])];
}
