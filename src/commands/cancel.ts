import { modelCommand } from './command';
import { idle } from './reasons';

export const cancel = modelCommand({ id: 'cancel', notNow: idle, run: (document) => document.conversion.cancel() });
