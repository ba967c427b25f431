import { modelCommand } from './command';
import { noPhaseRan } from './reasons';

export const reset = modelCommand({ id: 'reset', notNow: noPhaseRan, run: (document) => document.reset() });
