import { bfloat16Types } from '../../../capabilities/bfloat16Types';
import type { Dialect } from '../../../dialect';
import type { Node } from '../../../graph/graph';
import type { Plan } from '../../../plan';
import { BF16, FP32, FREE } from './placementProblem';

/** One type group of a node that is FP32 or BF16, as the placement sees it. */
export interface FloatGroup {
  readonly name: string;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly placed: typeof FREE | typeof FP32 | typeof BF16;
  /** Becomes BF16 only together with the node's other free groups: no kernel takes them apart. */
  readonly isJoint: boolean;
}

/**
 * The FP32 and BF16 type groups of a node of the graph before phase 2, with what the plan and the kernels leave open:
 * a Cast or Dequantize makes or takes either type where that changes no value, an op is as its plan says, and what is
 * BF16 in the opened model stays so.
 */
export function floatGroups(node: Node, plan: Plan, dialect: Dialect): readonly FloatGroup[] {
  const groups = dialect.typeGroups(node).filter(({ dtype }) => dtype === 'float32' || dtype === 'bfloat16');
  if (groups.length === 0) return [];
  const free = freeTypes(node, plan, dialect);
  const isDemanded = plan.nodes.get(node.id)?.bf16 === 'demanded';
  const isJoint = free.size > 1 && ![...free].every((name) => dialect.kernelFor(node, new Map([[name, 'bfloat16' as const]])).ok);
  return groups.map(({ name, dtype, inputs, outputs }) => {
    const placed = dtype === 'bfloat16' ? BF16 : !free.has(name) ? FP32 : isDemanded ? BF16 : FREE;
    return { name, inputs, outputs, placed, isJoint: isJoint && free.has(name) };
  });
}

const NONE: ReadonlySet<string> = new Set();

/** Names of the FP32 groups that may be BF16. */
function freeTypes(node: Node, plan: Plan, dialect: Dialect): ReadonlySet<string> {
  // Kernels that convert to BF16 go through FP32, and BF16 is FP32 exactly: either type gives the same values.
  if (dialect.isCast(node)) return new Set(dialect.typeGroups(node).filter(({ dtype }) => dtype === 'float32').map(({ name }) => name));
  if (dialect.isDequantize(node)) {
    const emits = dialect.dequantizeAs(node, 'bfloat16') !== undefined;
    return new Set(emits ? dialect.typeGroups(node).filter(({ outputs }) => outputs.length > 0).map(({ name }) => name) : []);
  }
  const planned = plan.nodes.get(node.id);
  if (planned === undefined || planned.bf16 === 'denied') return NONE;
  const capable = bfloat16Types(node, dialect);
  return new Set(capable.ok ? capable.types.keys() : []);
}
