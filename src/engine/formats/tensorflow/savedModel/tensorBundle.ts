import { UserError } from '../../../errors';
import type { DataType } from '../../../graph/dataType';
import { bytesPerElement } from '../../../graph/dataType';
import { elementCount } from '../../../graph/tensor';
import type { ByteSource, OpenBeside } from '../../../host';
import { shapeFromMessage } from '../attributes';
import { dataTypeFromEnum } from '../dataTypes';
import { readerOf } from '../../protobuf';
import { copyRegion } from './copyRegion';
import { maskedCrc32c } from './crc32c';
import { BundleEntry, type BundleEntryMessage, BundleHeader } from './messages';
import { readSortedTable } from './sortedTable';
import { equalSlices, regionOf, sliceFromMessage, sliceKey, type TensorSlice } from './tensorSlice';

/** A tensor as the bundle holds it: little-endian elements in row-major order. */
export interface BundleTensor {
  readonly dtype: DataType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Values of variables, read when they are asked for. */
export interface TensorBundle {
  has(name: string): boolean;
  /**
   * The tensor, or a slice of it. Throws UserError for one that is not there, whose checksum is wrong, or whose type has no
   * bytes of its own, and for a missing or shortened data file.
   */
  read(name: string, slice?: TensorSlice): Promise<BundleTensor>;
}

const HINT = 'Copy or export the whole model again, with the files of its variables';

/**
 * Opens a tensor bundle (tensor_bundle.h): `PREFIX.index` says where in `PREFIX.data-00000-of-00001`, … each tensor is.
 * Throws UserError when the index is missing or damaged.
 */
export async function openTensorBundle(prefix: string, beside: OpenBeside): Promise<TensorBundle> {
  const open = (path: string): Promise<ByteSource> =>
    beside(path).catch((error: unknown) => {
      throw error instanceof UserError ? error.at({ hint: HINT }) : error;
    });
  const index = await open(`${prefix}.index`);
  const entries = readSortedTable(await index.read(0, index.size), index.name);
  const damaged = (what: string): UserError => new UserError(`the index of the variables is damaged: ${what}`, { file: index.name, hint: HINT });
  const header = entries.get('');
  if (header === undefined) throw damaged('it has no header');
  const { numShards, endianness } = decode(() => BundleHeader.decode(readerOf(header)) as unknown as { numShards: number; endianness: number }, damaged, 'its header');
  if (endianness !== 0) throw new UserError('the variables are stored in big-endian order', { file: index.name, hint: 'Export the SavedModel on a little-endian machine' });

  const shards = new Map<number, Promise<ByteSource>>();
  const shard = (id: number): Promise<ByteSource> => {
    const known = shards.get(id);
    if (known !== undefined) return known;
    const opened = open(`${prefix}.data-${padded(id)}-of-${padded(numShards)}`);
    shards.set(id, opened);
    return opened;
  };

  const entryOf = (key: string, name: string): BundleEntryMessage => {
    const bytes = entries.get(key);
    if (bytes === undefined) throw new UserError(`the variables have no value for "${name}"`, { file: index.name, hint: HINT });
    return decode(() => BundleEntry.decode(readerOf(bytes)) as unknown as BundleEntryMessage, damaged, `the entry of "${name}"`);
  };

  const readStored = async (entry: BundleEntryMessage, name: string): Promise<BundleTensor> => {
    const { dtype, shape } = typeAndShape(entry, name, index.name);
    const size = elementCount(shape) * bytesPerElement(dtype)!;
    const [offset, stored] = [Number(entry.offset), Number(entry.size)];
    if (stored !== size) throw damaged(`"${name}" has ${stored} bytes, but ${dtype}[${shape.join(', ')}] needs ${size}`);
    if (!(entry.shardId >= 0 && entry.shardId < numShards && offset >= 0)) throw damaged(`"${name}" is in no data file`);
    const source = await shard(entry.shardId);
    if (offset + size > source.size) {
      throw new UserError(`the file is cut off: "${name}" would end at byte ${offset + size} of ${source.size}`, { file: source.name, hint: HINT });
    }
    const bytes = await source.read(offset, offset + size);
    if (maskedCrc32c(bytes) !== entry.crc32c) {
      throw new UserError(`the checksum of "${name}" is wrong: the file is damaged`, { file: source.name, hint: HINT });
    }
    return { dtype, shape, bytes };
  };

  /** A tensor that is kept in slices, put together. */
  const assemble = async (entry: BundleEntryMessage, name: string): Promise<BundleTensor> => {
    const { dtype, shape } = typeAndShape(entry, name, index.name);
    const parts = [];
    let elements = 0;
    for (const slice of entry.slices.map(sliceFromMessage)) {
      const tensor = await readStored(entryOf(sliceKey(name, slice), name), name);
      const region = decode(() => regionOf(slice, shape), damaged, `the slices of "${name}"`);
      if (tensor.dtype !== dtype || tensor.shape.join() !== region.size.join()) throw damaged(`a slice of "${name}" has another shape or type`);
      parts.push({ tensor, region });
      elements += elementCount(region.size);
    }
    if (elements !== elementCount(shape)) throw damaged(`the slices of "${name}" do not make up its shape`);
    const bytes = new Uint8Array(elements * bytesPerElement(dtype)!);
    for (const { tensor, region } of parts) {
      const origin = region.start.map(() => 0);
      copyRegion({ bytes: tensor.bytes, shape: region.size, start: origin }, { bytes, shape, start: region.start }, region.size, bytesPerElement(dtype)!);
    }
    return { dtype, shape, bytes };
  };

  return {
    has: (name) => entries.has(toLatin1(name)),
    async read(given, slice) {
      const name = toLatin1(given);
      const entry = entryOf(name, given);
      const stored = slice && entry.slices.map(sliceFromMessage).find((candidate) => equalSlices(candidate, slice));
      if (stored !== undefined) return readStored(entryOf(sliceKey(name, stored), given), given);
      const whole = await (entry.slices.length > 0 ? assemble(entry, name) : readStored(entry, given));
      if (slice === undefined) return whole;
      const { start, size } = decode(() => regionOf(slice, whole.shape), damaged, `the slices of "${given}"`);
      const elementBytes = bytesPerElement(whole.dtype)!;
      const bytes = new Uint8Array(elementCount(size) * elementBytes);
      copyRegion({ bytes: whole.bytes, shape: whole.shape, start }, { bytes, shape: size, start: size.map(() => 0) }, size, elementBytes);
      return { dtype: whole.dtype, shape: size, bytes };
    },
  };
}

function typeAndShape({ dtype: number, shape: message }: BundleEntryMessage, name: string, file: string): { dtype: DataType; shape: readonly number[] } {
  const dtype = dataTypeFromEnum(number);
  const shape = shapeFromMessage(message ?? undefined);
  if (dtype === undefined || bytesPerElement(dtype) === undefined) {
    throw new UserError(`the variable "${name}" is of type ${dtype ?? number}, which cannot be turned into a constant`, { file, hint: 'Export a model whose signature reads numbers only' });
  }
  if (shape === undefined || shape.some((size) => size < 0) || !Number.isSafeInteger(elementCount(shape))) {
    throw new UserError(`the index of the variables is damaged: the shape of "${name}" is not a size`, { file, hint: HINT });
  }
  return { dtype, shape };
}

function decode<T>(work: () => T, damaged: (what: string) => UserError, what: string): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof UserError ? error : damaged(`${what} cannot be read`);
  }
}

/** Keys of the table are bytes. */
function toLatin1(name: string): string {
  let text = '';
  for (const byte of new TextEncoder().encode(name)) text += String.fromCharCode(byte);
  return text;
}

function padded(number: number): string {
  return String(number).padStart(5, '0');
}
