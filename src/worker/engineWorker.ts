import { parentPort, workerData } from 'node:worker_threads';
import { conversionApi } from '../engine/conversionApi';
import { createConversion } from '../engine/pipeline';
import { limitPatterns } from './limitPatterns';
import { nodeHost } from './nodeHost';
import type { WorkerData } from './rpc';
import { serve } from './serve';

// Started by EngineClient, never imported: here is a port.
serve(parentPort!, (workerData as WorkerData).cancelled, (progress) => limitPatterns(conversionApi(createConversion(nodeHost(progress)))));
