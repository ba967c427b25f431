import { resolve } from 'node:path';
import { conversionApi } from '../../../src/engine/conversionApi';
import { NO_PROGRESS } from '../../../src/engine/host';
import { createConversion } from '../../../src/engine/pipeline';
import { PHASES } from '../../../src/engine/snapshot';
import { nodeHost } from '../../../src/worker/nodeHost';
import type { GraphTables } from '../../../webview/protocol';
import { startTestKernels } from '../../worker/kernels';

const sample = (file: string): string => resolve('media', 'samples', file);

/** A sample model after all phases, as the engine sends it; the one with calibration data is quantized, too. */
export async function sampleTables(name: 'digits_cnn' | 'digits_transformer' | 'digits_gru'): Promise<GraphTables> {
  const conversion = createConversion(nodeHost(NO_PROGRESS, () => startTestKernels()));
  const api = conversionApi(conversion);
  const calibration = name === 'digits_cnn' ? { calibration: sample('digits_calibration.npz') } : {};
  const tables = await api.open(sample(`${name}.pb`), { text: JSON.stringify({ use_bf16: true }), path: undefined, ...calibration });
  const snapshots = [...tables.snapshots];
  for (let phase = 0; phase < PHASES.length; phase++) snapshots.push(await api.runPhase());
  await conversion.close();
  return { ...tables, snapshots };
}
