import type { Node } from '../graph/graph';
import type { Refusal, Warning } from '../plan';
import { BF16_OFF } from './choices';
import type { Precision } from '../graph/dataType';
import type { Rule } from './rules';

/** Wishes that cannot be met, grouped so that a rule for thousands of nodes gives a handful. */
export class Refusals {
  private readonly groups = new Map<string, Refusal & { count: number }>();

  /** `planned`: what the node is instead. */
  add(node: Node, rule: Rule, reason: string, planned: Precision): void {
    const key = JSON.stringify([rule.path, node.op, reason, planned]);
    const group = this.groups.get(key);
    if (group !== undefined) group.count++;
    else this.groups.set(key, { path: rule.path, asked: rule.accepts, op: node.op, reason, planned, node: node.name, count: 1 });
  }

  list(): readonly Refusal[] {
    return [...this.groups.values()];
  }
}

/** `INT8`, `INT8 or BF16`. */
export function askedText(asked: Refusal['asked']): string {
  return asked.map((precision) => precision.toUpperCase()).join(' or ');
}

/** One line each, for a report; BF16 that is asked for while it is off gives one together. */
export function refusalWarnings(refusals: readonly Refusal[]): Warning[] {
  const isOff = refusals.some(({ reason }) => reason === BF16_OFF);
  const others = refusals.filter(({ reason }) => reason !== BF16_OFF);
  const warnings = others.map(({ op, asked, reason, planned, node, count }) => ({
    node,
    message: `${op} ${planned === 'fp32' ? 'stays FP32' : `becomes ${planned.toUpperCase()}`} although ${askedText(asked)} was asked for${count > 1 ? ` (${count} nodes)` : ''}: ${reason}`,
  }));
  const off = isOff ? [{ message: 'The config asks for BF16, but use_bf16 is off: nothing becomes BF16.' }] : [];
  return [...off, ...new Map(warnings.map((warning) => [warning.message, warning])).values()];
}
