import type { OwnRuntime } from '../../modelRun';
import { recordsOf, writeRecords } from './write';

/** PyTorch runs the exported program; it calls a value as the file does. */
export const ownRuntime: OwnRuntime = {
  framework: 'pytorch',
  fileOf: (graph) => {
    const records = recordsOf(graph);
    return { write: (sink, progress) => writeRecords(records, sink, progress), nameOf: (value) => records.names.of(value) };
  },
};
