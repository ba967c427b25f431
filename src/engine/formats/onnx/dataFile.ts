import type { Node } from '../../graph/graph';
import type { Piece } from '../lazyBytes';
import { externalTensorPieces } from './tensor';
import type { TensorValue } from './tensorProto';

/** Smaller initializers stay in the model, where readers of shapes and axes look for them. */
const LEAST_EXTERNAL = 1024;
/** Bytes that the begin of each tensor in the data file is a multiple of. */
const ALIGNMENT = 64;

/** A file of initializers in the making; those with the same bytes share them. */
export class DataFile {
  readonly pieces: Piece[] = [];
  private length = 0;
  private readonly offsets = new Map<NonNullable<TensorValue['raw']>, number>();

  constructor(readonly name: string) {}

  /** The TensorProto that refers to the initializer's bytes here, or undefined where they stay in the model. */
  place(node: Node, name: string): Piece[] | undefined {
    const value = node.attributes.get('value');
    const raw = value?.kind === 'tensor' ? (value.value as TensorValue).raw : undefined;
    if (value?.kind !== 'tensor' || raw === undefined || raw.length < LEAST_EXTERNAL) return undefined;
    let offset = this.offsets.get(raw);
    if (offset === undefined) {
      const gap = (ALIGNMENT - (this.length % ALIGNMENT)) % ALIGNMENT;
      if (gap > 0) this.pieces.push(new Uint8Array(gap));
      offset = Math.ceil(this.length / ALIGNMENT) * ALIGNMENT;
      this.pieces.push(raw);
      this.length = offset + raw.length;
      this.offsets.set(raw, offset);
    }
    return externalTensorPieces(value, name, { location: this.name, offset, length: raw.length });
  }
}
