// The networks of the bench: made once with random weights, and kept.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot } from '../scripts/lib/paths.mjs';
import { ensurePython } from '../scripts/lib/python.mjs';

const folder = fromRoot('.cache', 'bench');

export const madeModel = (name) => join(folder, `${name}.pb`);
/** The same after TensorFlow pruned it and folded its constants. */
export const baseModel = (name) => join(folder, 'base', `${name}.pb`);
export const sampleInputs = (name) => join(folder, `${name}.npz`);

/** Python with TensorFlow, SciPy and neural-compressor; throws where it cannot be had. */
export const ensureBenchPython = () => ensurePython(fromRoot('.cache', 'bench-venv'), fromRoot('bench', 'requirements.txt'));

/** Makes those of the models that are missing, each in a process of its own. */
export function makeModels(python, names, tell) {
  mkdirSync(folder, { recursive: true });
  for (const name of names) {
    if ([madeModel, baseModel, sampleInputs].every((file) => existsSync(file(name)))) continue;
    tell(`Making ${name} …`);
    execFileSync(python, [fromRoot('bench', 'make_models.py'), folder, name], { stdio: ['ignore', 'ignore', 'ignore'] });
  }
}

/** That Python, with the models made; undefined, and said why, where it cannot be had. */
export function benchPython(tell, models = []) {
  try {
    const python = ensureBenchPython();
    makeModels(python, models, tell);
    return python;
  } catch (error) {
    tell(`neural-compressor could not be installed: ${error.message}`);
    return undefined;
  }
}
