import { freeName } from '../../../graph/freeName';
import { type ValueRef, valueKey } from '../../../graph/graph';
import type { Signature, SignatureTensor } from './signature';

/**
 * Signatures of one graph with names for all their inputs, and all their outputs: that of the signature where no earlier
 * signature calls another value so, otherwise `SIGNATURE_NAME`, as TensorFlow 2 names their nodes. One value under one name
 * is one input or output of the graph, however many signatures have it.
 */
export function withGraphNames(signatures: readonly Signature[]): readonly Signature[] {
  const [inputs, outputs] = [new Map<string, string>(), new Map<string, string>()];
  return signatures.map((signature) => ({
    ...signature,
    inputs: signature.inputs.map((tensor) => named(tensor, signature.name, inputs)),
    outputs: signature.outputs.map((tensor) => named(tensor, signature.name, outputs)),
  }));
}

/** `taken`: the value of each name given so far. */
function named(tensor: SignatureTensor, signature: string, taken: Map<string, string>): SignatureTensor {
  const value = valueKey(tensor.value);
  const fits = (name: string): boolean => (taken.get(name) ?? value) === value;
  const name = fits(tensor.name) ? tensor.name : freeName(`${signature}_${tensor.name}`, (given) => !fits(given));
  taken.set(name, value);
  return { ...tensor, graphName: name };
}

/** The inputs, or the outputs, of all signatures, each name once. */
export function unique<T extends { readonly graphName: string; readonly value: ValueRef }>(tensors: readonly T[]): readonly T[] {
  return [...new Map([...tensors].reverse().map((tensor) => [tensor.graphName, tensor])).values()].reverse();
}
