// Converts every SavedModel of the corpus, writes it as a SavedModel and lets TensorFlow load and judge it: `node scripts/check-saved-models.mjs [NAME_PART…]`.
// Needs `npm run build`, the corpus (MIXED_PRECISION_CORPUS) and a Python with TensorFlow (MIXED_PRECISION_PYTHON). Writes test-results/saved-models.md.
import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/paths.mjs';

process.chdir(root);
const outfile = join(root, 'node_modules', '.cache', 'check-saved-models.mjs');
const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
await build({ entryPoints: ['test/oracle/savedModelRun.ts'], bundle: true, platform: 'node', format: 'esm', outfile, banner, logLevel: 'warning' });
const { main } = await import(pathToFileURL(outfile).href);
await main(process.argv.slice(2));
