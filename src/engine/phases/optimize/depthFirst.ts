import { castTypes } from '../../capabilities/castTypes';
import { bfloat16Types } from '../../capabilities/bfloat16Types';
import type { DataType } from '../../graph/dataType';
import type { Rule } from '../../graph/rewriter';
import type { Progress } from '../../host';
import { convertNode } from '../bfloat16/convertNode';
import { castBalance } from './castBalance';
import type { RuleContext } from './localRule';
import { applyLocalRulesFrom } from './localRules';

const RULE: Rule = {
  name: 'join-bf16-neighbours',
  description: 'Ops between BF16 ops that can run in BF16 join them where that saves Casts.',
};

type Types = ReadonlyMap<string, DataType>;

/**
 * Walks depth-first from the borders of BF16 through ops that may become BF16 (the plan's free ones), and pulls in what
 * saves Casts: first a whole stretch between borders, and where that does not pay, its nodes one by one. Nodes that share a
 * type with others cannot be taken one by one and stay as they are.
 */
export function joinNeighbours(context: RuleContext, progress: Progress): void {
  const { rewriter, dialect, plan } = context;
  const tied = new Set([...dialect.sharedTypes(rewriter.finish()).flatMap(({ members }) => members.map(({ node }) => node)), ...plan.units.flat()]);
  const known = new Map<string, Types | undefined>();
  const typesOf = (id: string): Types | undefined => {
    if (!known.has(id)) {
      const node = rewriter.get(id);
      // Beside ops listed by the user only those join that merely hand values on.
      const mayJoin = node !== undefined && plan.nodes.get(id)?.bf16 === 'free' && (plan.usesDefaultList || dialect.isDataMovement(node));
      const capable = mayJoin && !tied.has(id) ? bfloat16Types(node, dialect) : undefined;
      known.set(id, capable?.ok === true ? capable.types : undefined);
    }
    return known.get(id);
  };

  const pays = (conversions: ReadonlyMap<string, Types>): boolean => castBalance(conversions, context) < 0;

  // A join can make another one pay: whoever shared a Cast with a node that left it is asked again.
  for (let candidates = borderNeighbours(rewriter.ids(), context); candidates.length > 0; ) {
    const joined: string[] = [];
    const visited = new Set<string>();
    for (const start of candidates) {
      progress.throwIfCancelled();
      if (visited.has(start) || typesOf(start) === undefined) continue;
      const stretch = walk(start, typesOf, visited, context);
      const parts = pays(stretch) ? [stretch] : [...stretch].map((entry) => new Map([entry]));
      for (const part of parts) {
        if (!pays(part)) continue;
        join(part, context, progress);
        joined.push(...part.keys());
      }
    }
    for (const id of joined) known.set(id, undefined);
    candidates = borderNeighbours(surroundings(joined, context), context);
  }
}

/** FP32 nodes on the other side of those of the nodes that are Casts from or to BF16. */
function borderNeighbours(ids: Iterable<string>, { rewriter, dialect }: RuleContext): string[] {
  const found: string[] = [];
  for (const id of ids) {
    const node = rewriter.node(id);
    const types = castTypes(node, dialect);
    if (types?.from === 'bfloat16' && types.to === 'float32') found.push(...rewriter.uses(id).map((use) => use.node));
    if (types?.from === 'float32' && types.to === 'bfloat16') found.push(node.inputs[0]!.node);
  }
  return found;
}

/** Everything that reads a value the nodes read or make. */
function surroundings(ids: readonly string[], { rewriter }: RuleContext): Set<string> {
  const producers = new Set(ids.flatMap((id) => [id, ...rewriter.node(id).inputs.map((value) => value.node)]));
  return new Set([...producers].flatMap((id) => rewriter.uses(id).map((use) => use.node)));
}

/** Everything free that can be reached over plain value edges, Casts being the borders. Depth-first with its own stack. */
function walk(start: string, typesOf: (id: string) => Types | undefined, visited: Set<string>, { rewriter }: RuleContext): Map<string, Types> {
  const stretch = new Map<string, Types>();
  const stack = [start];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    const types = visited.has(id) ? undefined : typesOf(id);
    if (types === undefined) continue;
    visited.add(id);
    stretch.set(id, types);
    for (const value of rewriter.node(id).inputs) stack.push(value.node);
    for (const use of rewriter.uses(id)) stack.push(use.node);
  }
  return stretch;
}

function join(conversions: ReadonlyMap<string, Types>, context: RuleContext, progress: Progress): void {
  const { rewriter } = context;
  const start = rewriter.changes.length;
  for (const id of conversions.keys()) {
    const reason = conversions.size === 1
      ? `${rewriter.node(id).name} joins its BF16 neighbours: that saves Casts.`
      : `${rewriter.node(id).name} joins its BF16 neighbours with ${conversions.size - 1} more: together they save Casts.`;
    rewriter.apply(RULE, reason, () => convertNode(id, { ...context, conversions }));
  }
  const touched = rewriter.changes.slice(start).flatMap((change) => [...change.after, ...change.after.flatMap((id) => neighbours(id, context))]);
  applyLocalRulesFrom(new Set(touched), context, progress);
}

function neighbours(id: string, { rewriter }: RuleContext): string[] {
  const node = rewriter.get(id);
  return node === undefined ? [] : [...node.inputs.map((value) => value.node), ...rewriter.uses(id).map((use) => use.node)];
}
