import { openFileSink, openFileSource } from '../worker/nodeHost';

/** The text of a UTF-8 file. Throws UserError when it cannot be read. */
export async function readText(path: string): Promise<string> {
  const source = await openFileSource(path);
  return new TextDecoder().decode(await source.read(0, source.size));
}

/** Writes a file, atomically. Throws UserError when it exists and may not be overwritten, or cannot be written. */
export async function writeText(path: string, text: string, overwrite: boolean): Promise<void> {
  const sink = await openFileSink(path, overwrite);
  await sink.append(new TextEncoder().encode(text));
  await sink.commit();
}
