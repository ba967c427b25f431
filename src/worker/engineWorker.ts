import { parentPort, workerData } from 'node:worker_threads';
import { conversionApi } from '../engine/conversionApi';
import { createConversion } from '../engine/pipeline';
import { programApi } from '../engine/programApi';
import { limitPatterns } from './limitPatterns';
import { nodeHost } from './nodeHost';
import type { WorkerData } from './rpc';
import { serve } from './serve';

// Started by EngineClient, never imported: here is a port.
const { cancelled, audience } = workerData as WorkerData;
serve(parentPort!, cancelled, (progress) => {
  const conversion = createConversion(nodeHost(progress));
  return audience === 'views' ? limitPatterns(conversionApi(conversion)) : programApi(conversion);
});
