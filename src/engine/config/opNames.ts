import type { Dialect } from '../dialect';
import { UserError } from '../errors';
import type { Graph } from '../graph/graph';
import type { TuningConfig } from './config';
import { didYouMean } from './didYouMean';

/**
 * Throws UserError for an op type in the config that neither the framework nor the model knows: a slip of the pen that
 * would otherwise be ignored in silence.
 */
export function checkOpNames(config: TuningConfig, graph: Graph, dialect: Dialect, file: string): void {
  const entries: [string, string][] = [
    ...Object.keys(config.op_type_dict).map((op): [string, string] => ['op_type_dict', op]),
    ...(config.bf16_ops ?? []).filter((entry) => !entry.startsWith('re:')).map((op): [string, string] => ['bf16_ops', op]),
  ];
  if (entries.length === 0) return;
  const inModel = new Set([...graph.nodes.values()].map((node) => node.op));
  for (const [key, op] of entries) {
    if (inModel.has(op) || dialect.knowsOp(op)) continue;
    const isName = key === 'bf16_ops' && [...graph.nodes.values()].some((node) => node.name === op);
    const hint = isName ? `To name a node, write "re:${op}"` : 'Op types are written as in the model, such as "Conv2D"';
    throw new UserError(`"${key}" names the op type "${op}", which does not exist${didYouMean(op, [...inModel])}`, { file, hint });
  }
}
