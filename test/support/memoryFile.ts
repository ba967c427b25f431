import type { ByteSink, ByteSource } from '../../src/engine/host';

export function memorySource(bytes: Uint8Array, name = 'model.pb'): ByteSource {
  return { name, size: bytes.length, read: async (start, end) => bytes.slice(start, end) };
}

/** A sink that keeps what it is given; `state` says whether it was committed or aborted. */
export class MemorySink implements ByteSink {
  readonly pieces: Uint8Array[] = [];
  state: 'open' | 'committed' | 'aborted' = 'open';

  async append(bytes: Uint8Array): Promise<void> {
    this.pieces.push(bytes);
  }

  async commit(): Promise<void> {
    this.state = 'committed';
  }

  async abort(): Promise<void> {
    this.state = 'aborted';
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.pieces);
  }
}
