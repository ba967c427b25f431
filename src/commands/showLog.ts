import type { Command } from './command';

export const showLog: Command = { id: 'showLog', run: ({ messages }) => messages.log.show() };
