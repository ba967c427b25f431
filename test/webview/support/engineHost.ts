import { resolve } from 'node:path';
import { conversionApi } from '../../../src/engine/conversionApi';
import { UserError } from '../../../src/engine/errors';
import { NO_PROGRESS } from '../../../src/engine/host';
import { createConversion } from '../../../src/engine/pipeline';
import { PHASES } from '../../../src/engine/snapshot';
import { nodeHost } from '../../../src/worker/nodeHost';
import type { GraphTables, NodeDetails } from '../../../webview/protocol';
import { startTestKernels } from '../../worker/kernels';
import type { Opened } from './page';

/** A sample model in the real engine, all phases run. */
export interface ConvertedSample {
  readonly tables: GraphTables;
  details(id: string, snapshot: number): Promise<NodeDetails>;
  close(): Promise<void>;
}

const pathOf = (file: string): string => resolve('media', 'samples', file);

export async function convertSample(name: string, config: object, calibration?: string): Promise<ConvertedSample> {
  const conversion = createConversion(nodeHost(NO_PROGRESS, () => startTestKernels()));
  const api = conversionApi(conversion);
  const source = { text: JSON.stringify(config), path: undefined, ...(calibration === undefined ? {} : { calibration: pathOf(calibration) }) };
  const tables = await api.open(pathOf(name), source);
  const snapshots = [...tables.snapshots];
  for (let phase = 0; phase < PHASES.length; phase++) snapshots.push(await api.runPhase());
  return { tables: { ...tables, snapshots }, details: (id, snapshot) => api.details(id, snapshot), close: () => conversion.close() };
}

/** Answers what the page asks, as the extension host does: details of what it selects, at the snapshot it shows. */
export async function answerDetails(view: Opened, sample: ConvertedSample): Promise<void> {
  const selects = (await view.sent()).filter((message) => message.type === 'select');
  const { id, snapshot } = selects.at(-1) ?? {};
  if (id === undefined || snapshot === undefined) return;
  try {
    await view.post({ type: 'details', details: await sample.details(id, snapshot) });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}
