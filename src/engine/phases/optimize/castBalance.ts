import { castTypes } from '../../capabilities/castTypes';
import { type ValueRef, valueKey } from '../../graph/graph';
import type { Conversions } from '../bfloat16/convertNode';
import type { RuleContext } from './localRule';

/** Cast to be added (positive) or saved (negative) when every node of `conversions`, now FP32, becomes BF16 together. */
export function castBalance(conversions: Conversions, context: RuleContext): number {
  const inputs = new Map<string, ValueRef>();
  let balance = 0;
  for (const [id, types] of conversions) {
    const node = context.rewriter.node(id);
    for (const group of context.dialect.typeGroups(node)) {
      if (!types.has(group.name)) continue;
      for (const input of group.inputs) inputs.set(valueKey(node.inputs[input]!), node.inputs[input]!);
      for (const output of group.outputs) balance += outputBalance({ node: id, output }, conversions, context);
    }
  }
  for (const value of inputs.values()) balance += inputBalance(value, conversions, context);
  return balance;
}

/** Saves the Cast to FP32 it reads when nobody else needs it; costs one where the value is FP32 and no Cast exists. */
function inputBalance(value: ValueRef, conversions: Conversions, context: RuleContext): number {
  const { rewriter, dialect, casts } = context;
  if (isConverted(value, conversions, context) || dialect.constantBehind(rewriter, value) !== undefined) return 0;
  const types = castTypes(rewriter.node(value.node), dialect);
  if (types?.from === 'bfloat16' && types.to === 'float32') {
    const isNeeded = rewriter.isOutputNode(value.node)
      || rewriter.uses(value.node).some((use) => !reads(use.node, use.input, conversions, context));
    return isNeeded ? 0 : -1;
  }
  return casts.existing(value, 'bfloat16') === undefined ? 1 : 0;
}

/** Saves the Cast to BF16 of the value; costs one to FP32 where some reader or the caller still wants FP32. */
function outputBalance(value: ValueRef, conversions: Conversions, context: RuleContext): number {
  const { rewriter, dialect } = context;
  let saved = 0;
  let needsFp32 = rewriter.isOutput(value);
  for (const use of rewriter.uses(value.node, value.output)) {
    const types = castTypes(rewriter.node(use.node), dialect);
    if (types?.to === 'bfloat16' && types.from === 'float32') saved++;
    else if (types === undefined && !reads(use.node, use.input, conversions, context)) needsFp32 = true;
  }
  return (needsFp32 ? 1 : 0) - saved;
}

function isConverted(value: ValueRef, conversions: Conversions, { rewriter, dialect }: RuleContext): boolean {
  const types = conversions.get(value.node);
  return types !== undefined
    && dialect.typeGroups(rewriter.node(value.node)).some((group) => types.has(group.name) && group.outputs.includes(value.output));
}

function reads(reader: string, input: number, conversions: Conversions, { rewriter, dialect }: RuleContext): boolean {
  const types = conversions.get(reader);
  return types !== undefined
    && dialect.typeGroups(rewriter.node(reader)).some((group) => types.has(group.name) && group.inputs.includes(input));
}
