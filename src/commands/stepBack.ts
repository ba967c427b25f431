import { modelCommand } from './command';
import { noPhaseRan } from './reasons';

export const stepBack = modelCommand({ id: 'stepBack', notNow: noPhaseRan, run: (document) => document.stepBack() });
