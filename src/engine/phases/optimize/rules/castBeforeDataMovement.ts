import { bfloat16Types } from '../../../capabilities/bfloat16Types';
import { castTypes } from '../../../capabilities/castTypes';
import type { DataType } from '../../../graph/dataType';
import type { Node, ValueRef } from '../../../graph/graph';
import { removeUnread } from '../../../graph/removeUnread';
import type { LocalRule, RuleContext } from '../localRule';
import { plainCast } from './plainCast';

/**
 *   x (BF16) -> Cast to FP32 -> Reshape -> Transpose -> Cast to BF16 -> readers
 *       =>      x -> Reshape (BF16) -> Transpose (BF16) -> readers
 *
 *   x (FP32) -> Cast to BF16 -> some readers; x -> Reshape -> Cast to BF16 -> others
 *       =>      x -> Cast to BF16 -> some readers; Cast to BF16 -> Reshape (BF16) -> others
 *
 * Exact: rounding values and moving them commute. Only ops that the plan leaves free take the other type, and only where
 * nothing else reads what they move.
 */
export const castBeforeDataMovement: LocalRule = {
  name: 'cast-before-data-movement',
  description: 'Values that exist in BF16 and are wanted in BF16 are moved in BF16.',
  match(node, context) {
    const { rewriter, dialect } = context;
    const types = plainCast(node, context);
    if (types?.from !== 'float32' || types.to !== 'bfloat16') return undefined;
    const path: { readonly id: string; readonly types: ReadonlyMap<string, DataType> }[] = [];
    let reader = node;
    for (;;) {
      const moving = rewriter.node(reader.inputs[0]!.node);
      const moved = movedInBfloat16(moving, reader, context);
      if (moved === undefined) return undefined;
      path.push({ id: moving.id, types: moved });
      const source = inBfloat16(moving.inputs[0]!, context);
      if (source !== undefined) {
        return {
          reason: `${rewriter.node(source.node).name} has the value of ${moving.name} in BF16, and ${node.name} wants it so.`,
          rewrite() {
            const passed = moving.inputs[0]!.node;
            for (const { id, types: own } of path) rewriter.replace(dialect.withTypes(rewriter.node(id), own));
            rewriter.setInput(moving.id, 0, source);
            rewriter.redirect(rewriter.uses(node.id, 0), node.inputs[0]!);
            removeUnread(rewriter, dialect, [node.id, passed]);
          },
        };
      }
      reader = moving;
    }
  },
};

/** The types of an op that moves one value, of which only `reader` reads, once it is BF16; undefined where it cannot be. */
function movedInBfloat16(node: Node, reader: Node, { rewriter, dialect, plan }: RuleContext): ReadonlyMap<string, DataType> | undefined {
  if (!dialect.isDataMovement(node) || plan.nodes.get(node.id)?.bf16 !== 'free' || rewriter.isOutputNode(node.id)) return undefined;
  if (rewriter.uses(node.id).some((use) => use.node !== reader.id)) return undefined;
  const capable = bfloat16Types(node, dialect);
  if (!capable.ok) return undefined;
  const groups = dialect.typeGroups(node).filter((group) => capable.types.has(group.name));
  return groups.length === 1 && groups[0]!.inputs.join() === '0' && groups[0]!.outputs.join() === '0' ? capable.types : undefined;
}

/** The value in BF16, where the graph has it without another Cast. */
function inBfloat16(value: ValueRef, { rewriter, dialect, casts }: RuleContext): ValueRef | undefined {
  const producer = rewriter.node(value.node);
  const types = castTypes(producer, dialect);
  if (types?.from === 'bfloat16' && types.to === 'float32' && producer.controlInputs.length === 0) return producer.inputs[0]!;
  const existing = casts.existing(value, 'bfloat16');
  return existing === undefined ? undefined : { node: existing.id, output: 0 };
}
