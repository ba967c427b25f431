// Python virtual environments, made on first need and kept.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot } from './paths.mjs';

const windows = process.platform === 'win32';

/** Python with TensorFlow for the oracle tests: `MIXED_PRECISION_PYTHON` as it is, or `.venv` with test/oracle/requirements.txt. */
export const ensureOraclePython = () => process.env.MIXED_PRECISION_PYTHON ?? ensurePython(fromRoot('.venv'), fromRoot('test', 'oracle', 'requirements.txt'));

/** Makes the environment `folder` unless it holds what the file `requirements` lists; returns its Python. */
export function ensurePython(folder, requirements) {
  const python = join(folder, ...(windows ? ['Scripts', 'python.exe'] : ['bin', 'python']));
  const stamp = join(folder, 'installed.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;

  console.log(`Making the Python environment ${folder} …`);
  rmSync(folder, { recursive: true, force: true });
  must(findPython(), ['-m', 'venv', folder]);
  must(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(stamp, wanted);
  return python;
}

/** The first Python that the pinned TensorFlow and NumPy support. */
function findPython() {
  const names = windows ? ['python', 'py'] : ['python3', 'python3.13', 'python3.12', 'python3.11'];
  const supported = 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))';
  const found = names.find((name) => spawnSync(name, ['-c', supported]).status === 0);
  if (!found) throw new Error('no Python 3.11 to 3.13 with venv found: install one (Debian: apt-get install python3-venv), or set MIXED_PRECISION_PYTHON to one that has TensorFlow');
  return found;
}

function must(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit code ${status}`}`);
}
