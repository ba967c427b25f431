import type { Graph, ValueRef } from './graph/graph';
import type { ByteSink, ModelInParts, Progress } from './host';

export interface OwnRuntime {
  readonly framework: 'tensorflow' | 'pytorch';
  /** The file the framework loads. Throws UserError for a graph that no such file holds. */
  fileOf(graph: Graph): ModelFile;
}

export interface ModelFile {
  /** Appends the file; the caller commits or aborts. */
  write(sink: ByteSink, progress: Progress): Promise<void>;
  /** What the framework calls a value. Throws UserError where it has none of that name. */
  nameOf(value: ValueRef): string;
}

export interface WholeModelRequest {
  /** Values the caller gives; an inner one cuts the graph there. */
  readonly feeds: readonly ValueRef[];
  readonly fetches: readonly ValueRef[];
  /** FP32 values of which four outputs are wanted after the fetches: smallest element, largest, sum, shape. The smallest is above the largest of a value that was not computed. */
  readonly observed: readonly ValueRef[];
}

/** A serialised ONNX model, in parts, whose inputs and outputs are in the order asked for. */
export interface WholeModel {
  readonly model: () => ModelInParts;
}
