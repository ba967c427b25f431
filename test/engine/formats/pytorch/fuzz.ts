import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '../../../../src/engine/errors';
import { describeFile } from '../../../../src/engine/formats/pytorch/checkpoint/describe';
import { formatOf } from '../../../../src/engine/formats/formats';
import { NO_PROGRESS, type ByteSource } from '../../../../src/engine/host';
import { MemorySink, memorySource } from '../../../support/memoryFile';
import { mutated, mutatedZip } from '../../../support/mutate';
import { seeded } from '../../phases/minimumCut/random';

export interface FuzzOutcome {
  /** Mutations that were read, and that were refused with a sentence. */
  readonly read: number;
  readonly refused: number;
  readonly slowestSeconds: number;
  readonly slowestSeed: number;
}

/**
 * Reads as many mutations of the files, each by a seed of its own. Throws an error that names file and seed for one that
 * is neither read nor refused with a UserError.
 */
export async function fuzz(files: readonly string[], firstSeed: number, count: number): Promise<FuzzOutcome> {
  const contents = files.map((file) => ({ name: basename(file), bytes: new Uint8Array(readFileSync(file)) }));
  let [read, slowestSeconds, slowestSeed] = [0, 0, firstSeed];
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const random = seeded(seed);
    const { name, bytes } = contents[random.below(contents.length)]!;
    const start = performance.now();
    const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
    if (await isRead(name, (isZip ? mutatedZip : mutated)(random, bytes), seed)) read++;
    const seconds = (performance.now() - start) / 1000;
    if (seconds > slowestSeconds) [slowestSeconds, slowestSeed] = [seconds, seed];
  }
  return { read, refused: count - read, slowestSeconds, slowestSeed };
}

async function isRead(name: string, bytes: Uint8Array, seed: number): Promise<boolean> {
  try {
    const source = memorySource(bytes, name);
    await describeFile(source);
    if (name.endsWith('.pt2')) await useProgram(source);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw new Error(`${name}, seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

/** Reads an exported program and the values of its constants, and writes it again. */
async function useProgram(source: ByteSource): Promise<void> {
  const format = formatOf(source.name);
  const graph = await format.read(source, {}, NO_PROGRESS, () => Promise.reject(new UserError('there are no other files')));
  for (const node of graph.nodes.values()) if (format.dialect.isConstant(node)) format.dialect.constantTensor(node);
  format.dialect.inferShapes(graph);
  format.dialect.sharedTypes(graph);
  if (format.writer?.kind === 'file') await format.writer.write(graph, new MemorySink(), NO_PROGRESS, { bf16: 'native' });
}
