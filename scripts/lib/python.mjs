// Python virtual environments, made on first need and kept.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot } from './paths.mjs';

const windows = process.platform === 'win32';

/** Python with TensorFlow for the oracle tests: `MIXED_PRECISION_PYTHON` as it is, or `.venv` with test/oracle/requirements.txt. */
export const ensureOraclePython = () => process.env.MIXED_PRECISION_PYTHON ?? ensurePython(fromRoot('.venv'), fromRoot('test', 'oracle', 'requirements.txt'));

/** The versions of Neural Compressor that the oracle tests ask: the first and the last with its tuning space, and one of today's. */
const NEURAL_COMPRESSOR = ['2.0', '2.6', '3.9'];

/** Python with what Neural Compressor's config modules import, and a folder beside it with each version: no framework, no models. */
export function ensureNeuralCompressor() {
  const folder = fromRoot('.cache', 'neural-compressor');
  ensurePython(folder, fromRoot('test', 'oracle', 'inc_requirements.txt'), NEURAL_COMPRESSOR.map((version) =>
    ['--no-deps', '--target', join(folder, version), `neural-compressor==${version}`]));
}

/** Makes the environment `folder` unless it holds what the file `requirements` lists, and `more` for pip; returns its Python. */
export function ensurePython(folder, requirements, more = []) {
  const python = join(folder, ...(windows ? ['Scripts', 'python.exe'] : ['bin', 'python']));
  const stamp = join(folder, 'installed.txt');
  const wanted = [readFileSync(requirements, 'utf8'), ...more.map((args) => `${args.at(-1)}\n`)].join('');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;

  console.log(`Making the Python environment ${folder} …`);
  rmSync(folder, { recursive: true, force: true });
  must(findPython(), ['-m', 'venv', folder]);
  for (const args of [['-r', requirements], ...more]) must(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...args]);
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
