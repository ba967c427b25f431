import { attributesKey } from '../../../graph/attributeKey';
import { type Node, type ValueRef, valueKey } from '../../../graph/graph';
import type { Signature, SignatureTensor } from './signature';

/** Frames of a loop, which each copy of it has its own. */
const FRAME = 'frame_name';

/**
 * Whether two signatures compute the same from inputs of the same names, types and shapes, node for node, as those do that
 * call one function. Linear in the nodes of one of them.
 */
export function computeTheSame(a: Signature, b: Signature, nodes: ReadonlyMap<string, Node>): boolean {
  if (!isAlike(a.inputs, b.inputs) || !isAlike(a.outputs, b.outputs)) return false;
  const given = new Map(a.inputs.map(({ value }, index) => [valueKey(value), valueKey(b.inputs[index]!.value)]));
  const [pairs, frames] = [new Map<string, string>(), new Map<string, string>()];
  const stack: [ValueRef, ValueRef][] = a.outputs.map(({ value }, index) => [value, b.outputs[index]!.value]);
  for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
    const [one, other] = pair;
    const expected = given.get(valueKey(one));
    if (expected !== undefined) {
      if (expected !== valueKey(other)) return false;
      continue;
    }
    if (one.output !== other.output || (pairs.get(one.node) ?? other.node) !== other.node) return false;
    if (pairs.has(one.node)) continue;
    pairs.set(one.node, other.node);
    const [first, second] = [nodes.get(one.node)!, nodes.get(other.node)!];
    if (!isSameStep(first, second, frames)) return false;
    first.inputs.forEach((value, index) => stack.push([value, second.inputs[index]!]));
    first.controlInputs.forEach((id, index) => stack.push([{ node: id, output: 0 }, { node: second.controlInputs[index]!, output: 0 }]));
  }
  return true;
}

function isAlike(a: readonly SignatureTensor[], b: readonly SignatureTensor[]): boolean {
  return a.length === b.length && a.every(({ name, dtype, shape }, index) => {
    const other = b[index]!;
    return name === other.name && dtype === other.dtype && shape?.join() === other.shape?.join();
  });
}

function isSameStep(a: Node, b: Node, frames: Map<string, string>): boolean {
  if (a === b) return true;
  if (a.op !== b.op || a.device !== b.device || a.inputs.length !== b.inputs.length || a.controlInputs.length !== b.controlInputs.length) return false;
  if (a.attributes === b.attributes) return a.op !== 'Placeholder';
  const [frame, other] = [keyOf(a, true), keyOf(b, true)];
  if (frame === undefined || other === undefined || (frames.get(frame) ?? other) !== other) return false;
  frames.set(frame, other);
  const key = keyOf(a, false);
  return key !== undefined && key === keyOf(b, false);
}

/** The attributes as a text: the frame alone, or all others. */
function keyOf({ attributes }: Node, isFrame: boolean): string | undefined {
  return attributesKey(new Map([...attributes].filter(([name]) => (name === FRAME) === isFrame)));
}
