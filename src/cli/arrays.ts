import { readArrays as readSource, writeNpz } from '../engine/data/npz';
import { inFile } from '../engine/errors';
import type { Tensor } from '../engine/graph/tensor';
import { openArrays, openFileSink } from '../worker/nodeHost';

/** Arrays of an `.npz` file, or of a folder of `.npy` files. Throws UserError that names the file. */
export async function readArrays(path: string): Promise<Map<string, Tensor>> {
  const source = await openArrays(path);
  return inFile(path, () => readSource(source));
}

/** Writes an `.npz` file, atomically. */
export async function writeArrays(path: string, arrays: ReadonlyMap<string, Tensor>, overwrite: boolean): Promise<void> {
  const sink = await openFileSink(path, overwrite);
  await sink.append(writeNpz(arrays));
  await sink.commit();
}
