import { UserError } from '../../errors';
import type { ByteSource, Progress } from '../../host';
import type { OpenBeside } from '../../host';
import type { LazyBytes } from '../lazyBytes';
import { type ExternalLocation, type TensorHeader } from './tensorProto';

/** Ranges of more bytes stay in their file until they are needed, where the host can read them then. */
const READ_AT_ONCE = 64 * 1024;
/** Bytes that are in memory together as they go from file to file. */
const CHUNK_BYTES = 2 ** 24;

/** Reads tensors whose bytes are in files beside the model, each range once, or finds where they are. */
export class ExternalData {
  private readonly files = new Map<string, Promise<ByteSource>>();
  private readonly ranges = new Map<string, Uint8Array | LazyBytes>();
  private readonly bytesRead = new Map<string, number>();

  constructor(
    private readonly file: string,
    private readonly beside: OpenBeside,
    private readonly progress: Progress,
  ) {}

  /**
   * The tensor with its bytes, which are read later where they are many. Throws UserError for a file that is missing or too short, and for ranges that overlap so much
   * that they are larger than their file.
   */
  async read(tensor: TensorHeader): Promise<TensorHeader> {
    const { external } = tensor.value;
    if (external === undefined) return tensor;
    try {
      return { ...tensor, value: { ...tensor.value, raw: await this.range(external) } };
    } catch (error) {
      throw error instanceof UserError ? new UserError(error.message, { ...error.place, file: this.file, node: tensor.name }) : error;
    }
  }

  private async range({ location, offset, length }: ExternalLocation): Promise<Uint8Array | LazyBytes> {
    this.progress.throwIfCancelled();
    let opened = this.files.get(location);
    if (opened === undefined) this.files.set(location, (opened = this.beside(location)));
    const source = await opened.catch((error: unknown) => {
      // What the model names wrongly is said of the model already.
      if (!(error instanceof UserError) || error.place.file === this.file) throw error;
      throw new UserError(`its data is in "${location}", which cannot be read: ${error.message}`, { hint: 'Put that file beside the model' });
    });
    const end = offset + (length ?? source.size - offset);
    if (!(Number.isSafeInteger(offset) && Number.isSafeInteger(end) && offset >= 0 && offset <= end && end <= source.size)) {
      throw new UserError(`its data is to be at bytes ${offset} to ${end} of "${location}", which has ${source.size}`, { hint: 'Download or export the model again' });
    }
    const key = `${offset}:${end}:${location}`;
    const known = this.ranges.get(key);
    if (known !== undefined) return known;
    const total = (this.bytesRead.get(location) ?? 0) + end - offset;
    if (total > source.size) throw new UserError(`the tensors in "${location}" overlap`, { hint: 'Export the model again' });
    this.bytesRead.set(location, total);
    this.progress.report(`Reading ${location}`, total / source.size);
    const found = source.readNow !== undefined && end - offset > READ_AT_ONCE ? bytesIn(source.readNow, offset, end) : ownBytes(await source.read(offset, end));
    this.ranges.set(key, found);
    return found;
  }
}

/** A Buffer's slices would be Buffers, whose slice() shares memory instead of copying. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function bytesIn(readNow: NonNullable<ByteSource['readNow']>, start: number, end: number): LazyBytes {
  return {
    length: end - start,
    *chunks() {
      for (let at = start; at < end; at += CHUNK_BYTES) yield readNow(at, Math.min(end, at + CHUNK_BYTES));
    },
  };
}
