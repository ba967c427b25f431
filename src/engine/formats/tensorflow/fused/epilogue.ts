import type { ActivationGrid } from '../../../quantization';
import type { Node, NodeTable, ValueRef } from '../../../graph/graph';
import { constantBehind } from '../constants';
import { decodeTensor } from '../tensor';

const ADDITIONS: ReadonlySet<string> = new Set(['Add', 'AddV2', 'BiasAdd']);

/** What the ops after a linear op do, read in order. */
export interface Epilogue {
  /** Added to every element of a channel. */
  readonly bias: Float32Array | undefined;
  readonly summand: ValueRef | undefined;
  /** The activation function as kernels call it. */
  readonly activation: string | undefined;
}

export function isAddition(node: Node): boolean {
  return ADDITIONS.has(node.op);
}

/** The constant an addition adds to what it reads at `input`, where that is one number per channel of the last axis. */
export function addedBias(node: Node, input: number, nodes: NodeTable, channels: number): Float32Array | undefined {
  const operand = node.inputs[1 - input];
  const constant = !isAddition(node) || operand === undefined ? undefined : constantBehind(nodes, operand);
  const tensor = constant?.attributes.get('value');
  if (tensor?.kind !== 'tensor' || tensor.dtype !== 'float32') return undefined;
  const { shape } = tensor;
  if (shape.length === 0 || shape.at(-1) !== channels || shape.slice(0, -1).some((size) => size !== 1)) return undefined;
  return decodeTensor(tensor, constant!.name).data as Float32Array;
}

/** Whether an addition adds an activation. */
export function addsActivation(node: Node, nodes: NodeTable): boolean {
  return (node.op === 'Add' || node.op === 'AddV2') && node.inputs.every((value) => constantBehind(nodes, value) === undefined);
}

/** What the absorbed ops of a kernel with so many output channels do, in order. */
export function readEpilogue(op: Node, absorbed: readonly Node[], nodes: NodeTable, channels: number): Epilogue {
  let epilogue: Epilogue = { bias: undefined, summand: undefined, activation: undefined };
  let before = op;
  for (const node of absorbed) {
    // The first of the ops of `exactGelu`.
    if (node.op === 'Mul' || node.op === 'RealDiv') return { ...epilogue, activation: 'GeluExact' };
    const input = node.inputs.findIndex((value) => value.node === before.id);
    const bias = addedBias(node, input, nodes, channels);
    if (bias !== undefined) epilogue = { ...epilogue, bias: epilogue.bias === undefined ? bias : epilogue.bias.map((value, channel) => value + bias[channel]!) };
    else if (isAddition(node)) epilogue = { ...epilogue, summand: node.inputs[1 - input]! };
    else epilogue = { ...epilogue, activation: node.op };
    before = node;
  }
  return epilogue;
}

/**
 * Why rounding to the grid does not clip just as the activation function does, in a sentence; undefined where it does, so
 * that the function needs no work of its own.
 */
export function clippingObjection(activation: string | undefined, { scale, zeroPoint }: ActivationGrid): string | undefined {
  if (activation === undefined) return undefined;
  if (zeroPoint !== 0) return `The result of ${activation} shares a range that goes below zero, which the INT8 kernel cannot clip at zero.`;
  // The range is of FP32 numbers.
  if (activation === 'Relu6' && 255 * scale > 6 * (1 + 1e-6)) return 'The result of Relu6 shares a range that goes beyond 6, which the INT8 kernel cannot clip at 6.';
  return undefined;
}
