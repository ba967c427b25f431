import type { Graph } from '../graph/graph';
import type { ConversionHost } from '../host';
import { type Format, formatToWrite, type WriteOptions } from './formats';

type Host = Pick<ConversionHost, 'openFolderSink' | 'openSink' | 'progress'>;

/**
 * Writes the graph under a name, in the format the name stands for: it is there complete, or not at all. Throws UserError for
 * a name no format has, one that is taken unless `overwrite`, and a graph the format cannot hold.
 */
export async function saveModel(
  graph: Graph, path: string, { opened, overwrite, ...options }: WriteOptions & { readonly opened: Format; readonly overwrite: boolean }, host: Host,
): Promise<void> {
  const { writer, mainFiles = [] } = formatToWrite(path, opened);
  if (writer.kind === 'file') {
    const sink = await host.openSink(path, overwrite);
    await complete(sink, host, () => writer.write(graph, sink, host.progress, options));
  } else {
    const folder = await host.openFolderSink(path, overwrite, mainFiles);
    await complete(folder, host, () => writer.write(graph, folder, host.progress, options));
  }
}

async function complete(sink: { commit(): Promise<void>; abort(): Promise<void> }, { progress }: Host, write: () => Promise<void>): Promise<void> {
  try {
    await write();
    progress.throwIfCancelled();
    await sink.commit();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
