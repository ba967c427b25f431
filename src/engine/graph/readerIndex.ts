/** Who reads a node: nothing, one id, or several. Most nodes have one reader, which needs no set. */
type Readers = string | Set<string> | undefined;

/** Ids of readers by the id of the node they read; a reader counts once however often it reads. */
export class ReaderIndex {
  private readonly readers = new Map<string, Readers>();

  add(producer: string, reader: string): void {
    const readers = this.readers.get(producer);
    if (readers === undefined) this.readers.set(producer, reader);
    else if (readers instanceof Set) readers.add(reader);
    else if (readers !== reader) this.readers.set(producer, new Set([readers, reader]));
  }

  delete(producer: string, reader: string): void {
    const readers = this.readers.get(producer);
    if (readers === reader) this.readers.set(producer, undefined);
    else if (readers instanceof Set) readers.delete(reader);
  }

  /** In the order they came. */
  of(producer: string): Iterable<string> {
    const readers = this.readers.get(producer);
    return readers === undefined ? [] : readers instanceof Set ? readers : [readers];
  }

  has(producer: string): boolean {
    const readers = this.readers.get(producer);
    return readers instanceof Set ? readers.size > 0 : readers !== undefined;
  }
}
