import type { ValueRef } from '../../../graph/graph';
import type { ByteSource, FolderSink, OpenBeside, Progress } from '../../../host';
import { readerOf } from '../../protobuf';
import { AssetFileDef, type AssetFileMessage, CollectionDef, type MetaGraphFrameMessage } from './messages';

/** A file that a SavedModel carries along, such as a vocabulary. */
export interface Asset {
  /** Below the folder `assets`. */
  readonly filename: string;
  /** The value of the main graph that holds its path when the model runs. */
  readonly value: ValueRef;
  readonly open: () => Promise<ByteSource>;
}

const FOLDER = 'assets';
/** Where TensorFlow 1 lists them. */
const COLLECTION = 'saved_model_assets';
const CHUNK = 2 ** 22;

/** The assets of a graph (get_asset_tensors of loader_impl.py). */
export function readAssets({ assetFileDef, collectionDef }: MetaGraphFrameMessage, beside: OpenBeside): readonly Asset[] {
  const listed = assetFileDef.length > 0 ? assetFileDef : listedInCollection(collectionDef[COLLECTION]);
  return listed.map((bytes) => {
    const { filename, tensorInfo } = AssetFileDef.decode(readerOf(bytes)) as unknown as AssetFileMessage;
    const [node, output] = (tensorInfo?.name ?? '').split(':');
    return { filename, value: { node: node!, output: Number(output ?? 0) }, open: () => beside(`${FOLDER}/${filename}`) };
  });
}

function listedInCollection(bytes: Uint8Array | undefined): readonly Uint8Array[] {
  if (bytes === undefined) return [];
  const { anyList } = CollectionDef.decode(readerOf(bytes)) as unknown as { anyList?: { value: { value: Uint8Array }[] } };
  return anyList?.value.map(({ value }) => value) ?? [];
}

/** Copies the files of the assets. Throws UserError for one that cannot be read. */
export async function copyAssets(assets: readonly Asset[], folder: FolderSink, progress: Progress): Promise<void> {
  for (const { filename, open } of assets) {
    const source = await open();
    const file = await folder.file(`${FOLDER}/${filename}`);
    for (let start = 0; start < source.size; start += CHUNK) {
      progress.throwIfCancelled();
      await file.append(await source.read(start, Math.min(start + CHUNK, source.size)));
    }
    await file.commit();
  }
}
