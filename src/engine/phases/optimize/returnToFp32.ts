import { castTypes } from '../../capabilities/castTypes';
import type { Graph, Node } from '../../graph/graph';
import { removeUnread } from '../../graph/removeUnread';
import type { Rule } from '../../graph/rewriter';
import type { Progress } from '../../host';
import type { RuleContext } from './localRule';
import { restoreRemoved } from './restoreRemoved';

const RULE: Rule = {
  name: 'return-to-fp32',
  description: 'Light ops that nobody named return to FP32 where BF16 costs two Casts or more for each of them.',
};

/** What an op costs that stands alone between FP32 neighbours: a Cast before it and one after it. */
const CASTS_PER_OP = 2;

/**
 * Undoes BF16 in islands of light ops (memory-bound additions, activations, …) that came from the default list and whose
 * Casts cost more than they gain. Ops the config names and heavy ops stay, and so does what is connected with them.
 */
export function returnIslandsToFp32(unconverted: Graph, context: RuleContext, progress: Progress): void {
  const { rewriter } = context;
  const rounded = roundedValues(unconverted, context);
  const visited = new Set<string>();
  for (const id of rewriter.ids()) {
    progress.throwIfCancelled();
    if (visited.has(id) || !isBf16Op(rewriter.get(id), context)) continue;
    const island = collect(id, visited, context);
    if (!island.every((member) => !rounded.has(member) && isLight(member, unconverted, context))) continue;
    const casts = bordersOf(island, context);
    if (casts.length < CASTS_PER_OP * island.length) continue;
    restore(island, casts, unconverted, context);
  }
}

/** Ops whose results the model itself casts to BF16: that Cast went when they became BF16, and its rounding with it. */
function roundedValues(unconverted: Graph, { dialect }: RuleContext): ReadonlySet<string> {
  const rounded = new Set<string>();
  for (const node of unconverted.nodes.values()) {
    const types = castTypes(node, dialect);
    if (types?.from === 'float32' && types.to === 'bfloat16') rounded.add(node.inputs[0]!.node);
  }
  return rounded;
}

function isBf16Op(node: Node | undefined, { dialect }: RuleContext): boolean {
  return node !== undefined && !dialect.isCast(node) && !dialect.isConstant(node) && !dialect.isDequantize(node)
    && dialect.typeGroups(node).some((group) => group.dtype === 'bfloat16');
}

function isLight(id: string, unconverted: Graph, { rewriter, dialect, plan }: RuleContext): boolean {
  const planned = plan.nodes.get(id);
  const original = unconverted.nodes.get(id);
  if (planned === undefined || original === undefined || planned.reason.configKey !== undefined || dialect.isHeavy(original)) return false;
  // The plan's own BF16 only: ops that were BF16 in the opened model are not ours to change.
  if (planned.precision !== 'bf16' && planned.bf16 !== 'free') return false;
  return dialect.outputTypes(original).length === 1 || original.name === rewriter.node(id).name;
}

function collect(start: string, visited: Set<string>, context: RuleContext): string[] {
  const { rewriter } = context;
  const island: string[] = [];
  const stack = [start];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (visited.has(id) || !isBf16Op(rewriter.get(id), context)) continue;
    visited.add(id);
    island.push(id);
    for (const value of rewriter.node(id).inputs) stack.push(value.node);
    for (const use of rewriter.uses(id)) stack.push(use.node);
  }
  return island;
}

/** Ids of the Casts that stand there only for the island. */
function bordersOf(island: readonly string[], { rewriter, dialect }: RuleContext): string[] {
  const members = new Set(island);
  const borders = new Set<string>();
  for (const id of island) {
    for (const { node: producer } of rewriter.node(id).inputs) {
      const types = castTypes(rewriter.node(producer), dialect);
      if (types?.to === 'bfloat16' && rewriter.uses(producer).every((use) => members.has(use.node))) borders.add(producer);
    }
    for (const use of rewriter.uses(id)) if (castTypes(rewriter.node(use.node), dialect)?.to === 'float32') borders.add(use.node);
  }
  return [...borders];
}

/** Puts the nodes back as they were before phase 2; the Casts behind them give their readers, callers and names back. */
function restore(island: readonly string[], borders: readonly string[], unconverted: Graph, { rewriter, dialect, casts }: RuleContext): void {
  const members = new Set(island);
  const reason = `BF16 would cost ${borders.length} Casts for ${island.length} light ${island.length === 1 ? 'op' : 'ops'}.`;
  rewriter.apply(RULE, reason, () => {
    const read = new Set<string>();
    for (const id of island) {
      for (const value of rewriter.node(id).inputs) read.add(value.node);
      for (const use of rewriter.uses(id)) {
        if (members.has(use.node) || castTypes(rewriter.node(use.node), dialect)?.to !== 'float32') continue;
        const value = rewriter.node(use.node).inputs[use.input]!;
        rewriter.redirect(rewriter.uses(use.node, 0), value);
        rewriter.redirectOutput({ node: use.node, output: 0 }, value);
        read.add(use.node);
      }
    }
    for (const id of island) {
      const original = unconverted.nodes.get(id)!;
      restoreRemoved(original.inputs.map((value) => value.node), unconverted, rewriter);
      rewriter.replace(original);
    }
    // A Dequantize may emit BF16 by now.
    for (const id of island) {
      const { inputs } = rewriter.node(id);
      rewriter.replace({ ...rewriter.node(id), inputs: inputs.map((value, input) => (dialect.inputType(rewriter.node(id), input) === 'float32' ? casts.as(value, 'float32') : value)) });
    }
    removeUnread(rewriter, dialect, read);
  });
}
