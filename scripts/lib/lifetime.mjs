// What has to be undone when this process ends, however it ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const actions = [];

/** Runs `action` (synchronous) when the process exits or is told to stop; returns a function that runs it now instead. */
export function atExit(action) {
  listen();
  actions.push(action);
  return () => {
    const index = actions.indexOf(action);
    if (index >= 0) actions.splice(index, 1);
    action();
  };
}

/** A new folder for this process only. The path is short, because unix sockets below it may have 107 bytes. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'mp-'));
  const remove = atExit(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return { folder, remove };
}

let listening = false;
function listen() {
  if (listening) return;
  listening = true;
  process.once('exit', () => {
    while (actions.length > 0) actions.pop()();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));
}
