import type { FloatType } from '../../dialect';
import type { DataType } from '../../graph/dataType';
import type { Node, NodeTable } from '../../graph/graph';
import { inputNamed } from './operands';
import { type NodeSource, sourceOf } from './source';
import { statedShape } from './statedShape';

/** Arithmetic on two tensors, which PyTorch converts to the wider type of the two (aten/src/ATen/native/TypeProperties.cpp, result_type). */
const BINARY: ReadonlySet<string> = new Set(['aten.add.Tensor', 'aten.div.Tensor', 'aten.mul.Tensor', 'aten.sub.Tensor']);
const FLOATS: ReadonlySet<DataType | undefined> = new Set(['float32', 'bfloat16']);

/** Both operands of such arithmetic. A tensor without axes decides nothing, so both must have some; arithmetic in place keeps the type of what it changes. */
export function promotedInputs(node: Node, nodes: NodeTable): readonly number[] {
  if (!BINARY.has(node.op)) return [];
  const { inputTypes, origin } = sourceOf(node);
  const operands = [inputNamed(node, 'self'), inputNamed(node, 'other')];
  const count = operands.every((input) =>
    input !== undefined && FLOATS.has(inputTypes[input]) && (statedShape(node.inputs[input]!, nodes)?.length ?? 0) > 0);
  return count && origin?.fixed === undefined ? (operands as number[]) : [];
}

export function withInputType(node: Node, input: number, type: FloatType): Node {
  const source = sourceOf(node);
  const firstTypes = source.firstTypes ?? { inputTypes: source.inputTypes, outputTypes: source.outputTypes };
  return { ...node, source: { ...source, firstTypes, inputTypes: source.inputTypes.with(input, type) } satisfies NodeSource };
}
