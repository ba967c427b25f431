import { unzipSync, zipSync } from 'fflate';
import { UserError } from '../errors';
import type { Tensor } from '../graph/tensor';
import { widened } from '../runtime/halfPrecision';
import { readNpy, writeNpy } from './npy';

/** Sum of unpacked sizes above which a file is refused, so that a small hostile zip cannot fill the memory. */
const MAX_UNPACKED_BYTES = 8 * 2 ** 30;

/**
 * Reads every array of a .npz file (a zip of .npy files, numpy.savez), by name. Throws UserError for a broken zip, an
 * array that cannot be read, or a file without arrays.
 */
export function readNpz(bytes: Uint8Array): Map<string, Tensor> {
  let unpacked = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        unpacked += originalSize;
        if (unpacked > MAX_UNPACKED_BYTES) throw new UserError('The .npz file unpacks to more than 8 GiB', { hint: 'Save fewer samples' });
        return name.endsWith('.npy');
      },
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The file is no readable .npz archive: ${(error as Error).message}`, { hint: 'Save the data again with numpy.savez' });
  }
  const arrays = Object.entries(files).map(([file, content]) => {
    const name = file.slice(0, -'.npy'.length);
    return [name, readNpy(content, name)] as const;
  });
  if (arrays.length === 0) throw new UserError('The .npz file holds no arrays', { hint: 'Save the data with numpy.savez' });
  return new Map(arrays);
}

/** Writes arrays as an uncompressed .npz file, as numpy.savez does; bfloat16 arrays become float32. */
export function writeNpz(arrays: ReadonlyMap<string, Tensor>): Uint8Array {
  const files = [...arrays].map(([name, tensor]) => [`${name}.npy`, writeNpy(tensor.dtype === 'bfloat16' ? widened(tensor) : tensor)] as const);
  return zipSync(Object.fromEntries(files), { level: 0 });
}
