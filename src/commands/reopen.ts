import { modelCommand } from './command';

/** Reads the model file again: after it changed on disk, or after the engine stopped. */
export const reopen = modelCommand({ id: 'reopen', notNow: () => undefined, run: (document) => document.reopen() });
