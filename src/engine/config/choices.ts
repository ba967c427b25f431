import { bfloat16Types } from '../capabilities/bfloat16Types';
import type { Dialect } from '../dialect';
import type { Node } from '../graph/graph';
import type { TuningConfig } from './config';
import { className, type Rule, readRules } from './rules';

/** The config's wishes, ready to be asked node by node. */
export interface Choices {
  readonly useBf16: boolean;
  /** `bf16_ops` is absent, so the framework's default list holds. */
  readonly usesDefaultList: boolean;
  /** What the config asks of the node, the stronger wish first: the next one counts only where no precision of this one is possible. */
  for(node: Node): readonly Rule[];
  isDefaultBf16(node: Node): boolean;
  /** Why the node cannot be BF16 under this config, one sentence; undefined when it can. */
  whyNoBf16(node: Node): string | undefined;
  /** Whether the config leaves INT8 possible for the node, or asks for it. */
  isOpenToInt8(node: Node): boolean;
}

export const BF16_OFF = 'BF16 is off (use_bf16).';

const NOTHING: readonly Rule[] = [];

/** Whether modules are converted as wholes. */
export function convertsModules(config: TuningConfig, dialect: Dialect): boolean {
  return dialect.moduleOf !== undefined && config.pytorch.mode === 'eager';
}

/** Compiles the per-op part of a config. Each node's rules are found once. */
export function readChoices(config: TuningConfig, dialect: Dialect): Choices {
  const rules = readRules(config, dialect);
  const byModule = convertsModules(config, dialect);
  const defaults = new Set(config.bf16_ops !== undefined ? [] : byModule ? dialect.defaultBf16Modules : dialect.defaultBf16Ops);
  const found = new Map<Node, readonly Rule[]>();
  const wishes = (node: Node): readonly Rule[] => {
    const wished = [rules.override(node), rules.listed(node)].filter((rule) => rule !== undefined && rule.accepts.length > 0);
    return wished.length === 0 ? NOTHING : (wished as readonly Rule[]);
  };
  const choices: Choices = {
    useBf16: config.use_bf16,
    usesDefaultList: config.bf16_ops === undefined,
    for: (node) => {
      const known = found.get(node) ?? wishes(node);
      found.set(node, known);
      return known;
    },
    isDefaultBf16: (node) => defaults.has(byModule ? className(dialect.moduleOf?.(node)?.type ?? '') : node.op),
    whyNoBf16: (node) => {
      if (!config.use_bf16) return BF16_OFF;
      const capable = bfloat16Types(node, dialect);
      return capable.ok ? undefined : capable.reason;
    },
    isOpenToInt8: (node) => {
      const counting = choices.for(node).find(({ accepts }) =>
        accepts.includes('int8') || accepts.includes('fp32') || (accepts.includes('bf16') && choices.whyNoBf16(node) === undefined));
      return counting === undefined || counting.accepts.includes('int8');
    },
  };
  return choices;
}
