import type { Dialect } from '../dialect';
import type { Node } from '../graph/graph';
import type { PrecisionChoice, PrecisionWish, TuningConfig } from './config';
import { matchesWholeName } from './pattern';
import type { Path } from './problem';

/** A precision that can be asked for by name, lowest first: the order in which Neural Compressor tries them. */
export const LOWEST_FIRST = ['int8', 'bf16', 'fp32'] as const;
export type AskedPrecision = (typeof LOWEST_FIRST)[number];

/** One line of the config that says which precisions ops may have. */
export interface Rule {
  readonly path: Path;
  /** The pattern or op type, as the file has it. */
  readonly entry: string;
  /** As reasons name it: `op_type_dict.Conv2D`, `bf16_ops`. */
  readonly configKey: string;
  /** What it says, one sentence. */
  readonly text: string;
  /** Lowest first. Empty for `auto`: the framework's options hold, whatever rules this one wins over say. */
  readonly accepts: readonly AskedPrecision[];
  /** The regular expression for whole names; undefined where it is about an op type. */
  readonly pattern: string | undefined;
  matches(node: Node): boolean;
}

/** The rules of a config; which one counts for a node is the order of Neural Compressor's merge. */
export interface Rules {
  /** In the order of the file: op_name_dict, op_type_dict, bf16_ops. */
  readonly all: readonly Rule[];
  /** The rule of op_name_dict or op_type_dict that counts for the node: the last pattern that matches its name, else its type. */
  override(node: Node): Rule | undefined;
  /** The first entry of bf16_ops the node is meant by. The list stands in for the framework's own, so overrides come before it. */
  listed(node: Node): Rule | undefined;
}

/** Begins the entries of bf16_ops that are regular expressions. */
export const REGEX_MARK = 're:';

/** Compiles the part of a config that is about single ops. Modules count under the names of their classes and under their paths. */
export function readRules(config: TuningConfig, dialect: Dialect): Rules {
  const kindsOf = (node: Node): readonly string[] => kindsOfNode(node, dialect);
  const namesOf = (node: Node): readonly string[] => namesOfNode(node, dialect);
  const byName = Object.entries(config.op_name_dict).map(([pattern, wish]): Rule => {
    const matches = matchesWholeName(pattern);
    return {
      path: ['op_name_dict', pattern], entry: pattern, configKey: `op_name_dict.${pattern}`, text: `op_name_dict "${pattern}" says ${wishText(wish)}.`,
      accepts: accepted(wish), pattern, matches: (node) => namesOf(node).some(matches),
    };
  });
  const byType = new Map(Object.entries(config.op_type_dict).map(([op, wish]): [string, Rule] => [op, {
    path: ['op_type_dict', op], entry: op, configKey: `op_type_dict.${op}`, text: `op_type_dict says ${wishText(wish)} for ${op}.`,
    accepts: accepted(wish), pattern: undefined, matches: (node) => kindsOf(node).includes(op),
  }]));
  const listed = (config.bf16_ops ?? []).map((entry, index): Rule => {
    const pattern = entry.startsWith(REGEX_MARK) ? entry.slice(REGEX_MARK.length) : undefined;
    const matches = pattern === undefined ? undefined : matchesWholeName(pattern);
    return {
      path: ['bf16_ops', index], entry, configKey: 'bf16_ops', text: `Listed in bf16_ops (${entry}).`,
      accepts: ['bf16'], pattern, matches: (node) => (matches === undefined ? kindsOf(node).includes(entry) : namesOf(node).some(matches)),
    };
  });
  const listedTypes = new Map([...listed].reverse().map((rule) => [rule.entry, rule]));
  const listedPatterns = listed.filter(({ pattern }) => pattern !== undefined);
  const lastFirst = [...byName].reverse();
  return {
    all: [...byName, ...byType.values(), ...listed],
    override: (node) => lastFirst.find((rule) => rule.matches(node)) ?? first(kindsOf(node), byType),
    listed: (node) => first(kindsOf(node), listedTypes) ?? listedPatterns.find((rule) => rule.matches(node)),
  };
}

function first(kinds: readonly string[], rules: ReadonlyMap<string, Rule>): Rule | undefined {
  for (const kind of kinds) {
    const rule = rules.get(kind);
    if (rule !== undefined) return rule;
  }
  return undefined;
}

/** Names under which op_type_dict and bf16_ops know a node: its op type, then the class of its module, short and in full. */
export function kindsOfNode(node: Node, dialect: Dialect): readonly string[] {
  const type = dialect.moduleOf?.(node)?.type;
  return type === undefined ? [node.op] : [node.op, className(type), type];
}

/** Names that patterns are matched against: that of the node and that of its module. */
function namesOfNode(node: Node, dialect: Dialect): readonly string[] {
  const path = dialect.moduleOf?.(node)?.path;
  return path === undefined ? [node.name] : [node.name, path];
}

/** `Conv2d` of `torch.nn.modules.conv.Conv2d`. */
export function className(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1);
}

/** `op_name_dict "head/.*"`, `op_type_dict "Conv2D"`, `bf16_ops "re:head/.*"`. */
export function ruleName({ path, entry }: Rule): string {
  return `${path[0]} "${entry}"`;
}

function accepted(wish: PrecisionWish): readonly AskedPrecision[] {
  const named: readonly PrecisionChoice[] = typeof wish === 'string' ? [wish] : wish;
  return LOWEST_FIRST.filter((precision) => named.includes(precision));
}

function wishText(wish: PrecisionWish): string {
  return typeof wish === 'string' ? wish : wish.join(' or ');
}
