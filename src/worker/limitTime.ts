import { createContext, Script } from 'node:vm';

/** Compiled once; what it calls is given with each run. */
const script = new Script('task()');

/**
 * What `task` returns, or undefined if it takes longer than `milliseconds`: it is ended then, also inside one match of a
 * regular expression, which may take forever (V8 looks for the end that node:vm asks for while it backtracks). `task` must
 * leave nothing half done.
 */
export function limitTime<T>(task: () => T, milliseconds: number): T | undefined {
  try {
    return script.runInContext(createContext({ task }), { timeout: milliseconds }) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  }
}
