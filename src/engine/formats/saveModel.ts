import type { Graph } from '../graph/graph';
import type { ByteSink, ConversionHost } from '../host';
import { type Format, formatToWrite, type WriteOptions } from './formats';

type Host = Pick<ConversionHost, 'baseName' | 'openFolderSink' | 'openSink' | 'progress' | 'resolveBeside'>;

/**
 * Writes the graph under a name, in the format the name stands for: it is there complete, or not at all. Throws UserError for
 * a name no format has, one that is taken unless `overwrite`, and a graph the format cannot hold.
 */
export async function saveModel(
  graph: Graph, path: string, { opened, overwrite, ...options }: WriteOptions & { readonly opened: Format; readonly overwrite: boolean }, host: Host,
): Promise<void> {
  const { writer, mainFiles = [] } = formatToWrite(path, opened);
  if (writer.kind === 'file') {
    const model = await host.openSink(path, overwrite);
    const sinks = [model];
    const openBeside = async (name: string): Promise<ByteSink> => {
      const sink = await host.openSink(host.resolveBeside(path, name), overwrite);
      sinks.unshift(sink);
      return sink;
    };
    await complete(together(sinks), host, () => writer.write(graph, model, host.progress, { ...options, fileName: host.baseName(path), openBeside }));
  } else {
    const folder = await host.openFolderSink(path, overwrite, mainFiles);
    await complete(folder, host, () => writer.write(graph, folder, host.progress, options));
  }
}

/** Files that are there all or not at all. The model itself comes last: while it is not there, nothing reads what it refers to. */
function together(sinks: readonly ByteSink[]): { commit(): Promise<void>; abort(): Promise<void> } {
  return {
    async commit() {
      for (const sink of sinks) await sink.commit();
    },
    async abort() {
      for (const sink of sinks) await sink.abort();
    },
  };
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
