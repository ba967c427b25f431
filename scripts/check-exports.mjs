// Runs every exported program of a folder and compares all values with torch's: `node scripts/check-exports.mjs FOLDER [NAME_PART…]`.
// The folder is made by `python test/oracle/pytorch_models.py FOLDER`. Needs `npm run build`. Prints one line per program and a summary.
import { build } from 'esbuild';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/paths.mjs';

const [folder, ...names] = process.argv.slice(2);
if (folder === undefined) throw new Error('give the folder of exported programs');
const models = resolve(folder);
process.chdir(root);
const outfile = join(root, 'node_modules', '.cache', 'check-exports.mjs');
const banner = { js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);" };
await build({ entryPoints: ['test/oracle/exportsRun.ts'], bundle: true, platform: 'node', format: 'esm', outfile, banner, logLevel: 'warning' });
const { main } = await import(pathToFileURL(outfile).href);
await main(models, names, resolve('dist', 'kernelProcess.js'));
