import type { Dialect } from '../dialect';
import type { Graph, Node } from '../graph/graph';
import type { Reason, Warning } from '../plan';
import type { PrecisionChoice, PrecisionWish, TuningConfig } from './config';
import { matchesWholeName } from './pattern';

/** What the config says of one node, and the key that says it. */
export interface Choice {
  readonly precision: PrecisionChoice;
  readonly reason: Reason;
}

/** The config's wishes, ready to be asked node by node. */
export interface Choices {
  readonly useBf16: boolean;
  /** `bf16_ops` is absent, so the framework's default list holds. */
  readonly usesDefaultList: boolean;
  for(node: Node): Choice;
  isDefaultBf16(node: Node): boolean;
  /** Patterns that match no node, and wishes for BF16 while it is off. */
  warnings(graph: Graph): Warning[];
}

const AUTO: Choice = { precision: 'auto', reason: { text: 'The config leaves this op to the defaults.' } };

/** Compiles the per-op part of a config. Later keys of `op_name_dict` win over earlier ones, as in Neural Compressor. */
export function readChoices(config: TuningConfig, dialect: Dialect): Choices {
  const byName = Object.entries(config.op_name_dict).map(([pattern, precision]) => ({
    pattern, precision, matches: matchesWholeName(pattern),
  })).reverse();
  const listed = (config.bf16_ops ?? []).filter((entry) => entry.startsWith('re:')).map((entry) => ({
    pattern: entry, matches: matchesWholeName(entry.slice('re:'.length)),
  }));
  const listedTypes = new Set(config.bf16_ops ?? []);
  const defaults = new Set(config.bf16_ops === undefined ? dialect.defaultBf16Ops : []);

  return {
    useBf16: config.use_bf16,
    usesDefaultList: config.bf16_ops === undefined,
    isDefaultBf16: (node) => defaults.has(node.op),
    for: (node) => {
      const override = byName.find(({ matches }) => matches(node.name));
      if (override !== undefined && override.precision !== 'auto') {
        return choose(first(override.precision), `op_name_dict.${override.pattern}`, `op_name_dict "${override.pattern}" says ${wishText(override.precision)}.`);
      }
      const byType = override === undefined && Object.hasOwn(config.op_type_dict, node.op) ? config.op_type_dict[node.op]! : 'auto';
      if (byType !== 'auto') return choose(first(byType), `op_type_dict.${node.op}`, `op_type_dict says ${wishText(byType)} for ${node.op}.`);
      if (!config.use_bf16) return AUTO;
      const entry = listedTypes.has(node.op) ? node.op : listed.find(({ matches }) => matches(node.name))?.pattern;
      return entry === undefined ? AUTO : choose('bf16', 'bf16_ops', `Listed in bf16_ops (${entry}).`);
    },
    warnings: (graph) => [
      ...[...byName, ...listed.map(({ pattern, matches }) => ({ pattern, matches }))]
        .filter(({ matches }) => ![...graph.nodes.values()].some((node) => matches(node.name)))
        .map(({ pattern }) => ({ message: `"${pattern}" in the config matches no node of this model.` })),
      ...(asksForBf16(config) && !config.use_bf16 ? [{ message: 'The config asks for BF16, but use_bf16 is off: nothing becomes BF16.' }] : []),
    ],
  };
}

function first(wish: PrecisionWish): PrecisionChoice {
  return typeof wish === 'string' ? wish : (wish[0] ?? 'auto');
}

function wishText(wish: PrecisionWish): string {
  return typeof wish === 'string' ? wish : wish.join(' or ');
}

function choose(precision: PrecisionChoice, configKey: string, text: string): Choice {
  return { precision, reason: { text, configKey } };
}

function asksForBf16(config: TuningConfig): boolean {
  return config.bf16_ops !== undefined || [...Object.values(config.op_type_dict), ...Object.values(config.op_name_dict)].includes('bf16');
}
