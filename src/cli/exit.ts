/** Exit codes of a command. */
export const EXIT = { done: 0, atFault: 1, usage: 2 };
