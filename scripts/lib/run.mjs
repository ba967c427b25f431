// Starting other programs, and ending them with everything they started.
import { spawn, spawnSync } from 'node:child_process';
import { atExit } from './lifetime.mjs';
import { fromRoot, root } from './paths.mjs';

const windows = process.platform === 'win32';

/** Runs a program to its end with our own output; resolves to its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options });
    const kill = atExit(() => child.kill());
    child.once('error', reject);
    child.once('close', (code) => {
      kill();
      resolve(code ?? 1);
    });
  });
}

/** Runs a JavaScript file of a dependency, e.g. `runModule('eslint/bin/eslint.js', ['.'])`. */
export const runModule = (file, args, options) => run(process.execPath, [fromRoot('node_modules', file), ...args], options);

/** Runs the npm that started us, or the one on the PATH; throws when it fails. */
export function npm(args, cwd = root) {
  const own = process.env.npm_execpath;
  const [command, before] = own?.endsWith('.js') ? [process.execPath, [own]] : ['npm', []];
  const { status, error } = spawnSync(command, [...before, ...args], { cwd, stdio: ['ignore', 'inherit', 'inherit'], shell: windows && command === 'npm' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${cwd}: ${error?.message ?? `exit code ${status}`}`);
}

/** Starts a long-running program in a process group of its own, which `stop` (and our own end) takes down whole. */
export function startGroup(command, args, options) {
  const child = spawn(command, args, { ...options, detached: !windows });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const signal = (name) => {
    if (windows) return spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F']);
    try {
      process.kill(-child.pid, name);
    } catch {
      // The whole group is gone already.
    }
  };
  const kill = atExit(() => signal('SIGKILL'));
  return {
    child,
    exited,
    async stop() {
      signal('SIGTERM');
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 3000).unref())]);
      kill();
    },
  };
}

/** Our environment without what belongs to a VS Code or node that we were started from. */
export const cleanEnvironment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name)));
