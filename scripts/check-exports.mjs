// Runs every exported program of a folder and compares all values with torch's: `node scripts/check-exports.mjs FOLDER [NAME_PART…]`.
// The folder is made by `python test/oracle/pytorch_models.py FOLDER`. Needs `npm run build`. Prints one line per program and a summary.
import { resolve } from 'node:path';
import { fromRoot } from './lib/paths.mjs';
import { runTypeScript } from './lib/runTypeScript.mjs';

const [folder, ...names] = process.argv.slice(2);
if (folder === undefined) throw new Error('give the folder of exported programs');
await runTypeScript('test/oracle/exportsRun.ts', resolve(folder), names, fromRoot('dist', 'kernelProcess.js'));
