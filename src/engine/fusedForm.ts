import type { TuningConfig } from './config/config';
import type { PartialShape } from './graph/attribute';
import type { UniqueName } from './graph/freeName';
import type { Graph, Node, NodeTable, ValueRef } from './graph/graph';
import type { ValueReads } from './graph/valueReads';

/** The framework's fused form, where it has one and the config asks for it. */
export function fusedFormOf({ quantization }: Pick<TuningConfig, 'quantization'>, { fusedForm }: { readonly fusedForm?: FusedForm }): FusedForm | undefined {
  return quantization.form === 'fused' ? fusedForm : undefined;
}

/**
 * A framework's own INT8 kernels: each takes the place of Dequantize, float ops and Quantize. Asked only about ops that are
 * INT8 between Dequantize and Quantize already.
 */
export interface FusedForm {
  /** Why the op, as it is in the opened model, has no such kernel, in a sentence. */
  objection(op: Node, graph: Graph): string | undefined;
  /**
   * Whether the kernel of `op` also computes `next`, which alone reads, at `input`, what `op` and `absorbed` make together.
   * `summand` is an input of `next` that brings another activation: the kernel wants it in INT8, and overwrites it.
   */
  absorbs(op: Node, absorbed: readonly Node[], next: Node, input: number, graph: Graph): { readonly summand?: number } | undefined;
  /** The ops, in order and with their result last, that the kernel of `op` also computes of a value that they alone read, which `op` and `absorbed` make. */
  absorbsTogether(op: Node, absorbed: readonly Node[], value: ValueRef, graph: Graph, reads: ValueReads): readonly Node[] | undefined;
  /** The kernel gives nothing but INT8, so its result needs a range whoever reads it. */
  givesInt8Only(op: Node): boolean;
  fuse(request: FusionRequest): Fusion;
  /** An op that hands INT8 values on, from Dequantize to `quantize`, as one that reads what is behind the Dequantize and gives the same grid. */
  keepInt8(node: Node, quantize: Node, nodes: NodeTable): Fusion;
}

export interface FusionRequest {
  /** Reads its activation and its weight from Dequantize. */
  readonly op: Node;
  /** In order; a summand comes from Dequantize. */
  readonly absorbed: readonly Node[];
  /** The Quantize that alone reads the result. */
  readonly quantize: Node | undefined;
  /** Shape of the op's activation. */
  readonly shape: PartialShape;
  readonly nodes: NodeTable;
  readonly uniqueName: UniqueName;
}

/**
 * Nodes in order, of which the last has the id of the op and its first output the op's result; or why there are none, in a
 * sentence. Where it is FP32, `quantize` stays behind it.
 */
export type Fusion = { readonly nodes: readonly Node[]; readonly givesInt8: boolean } | { readonly reason: string };
