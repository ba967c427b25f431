// Prepares every GraphDef of the corpus rule by rule and runs both graphs in TensorFlow: `node scripts/check-preparation.mjs [NAME_PART…]`.
// Needs the corpus (MIXED_PRECISION_CORPUS) and a Python with TensorFlow (MIXED_PRECISION_PYTHON). Writes test-results/preparation.json.
import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/paths.mjs';

process.chdir(root);
const outfile = join(root, 'node_modules', '.cache', 'check-preparation.mjs');
const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
await build({ entryPoints: ['test/oracle/preparationRun.ts'], bundle: true, platform: 'node', format: 'esm', outfile, banner, logLevel: 'warning' });
const { main } = await import(pathToFileURL(outfile).href);
await main(process.argv.slice(2));
