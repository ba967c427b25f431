// Reads, writes and converts every GraphDef of the corpus and lets TensorFlow judge: `node scripts/check-corpus.mjs [--fresh | --again] [NAME_PART…]`.
// Needs `npm run build`, the corpus (MIXED_PRECISION_CORPUS) and a Python with TensorFlow (MIXED_PRECISION_PYTHON). Writes test-results/corpus.{jsonl,json,md}.
import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/paths.mjs';

process.chdir(root);
const outfile = join(root, 'node_modules', '.cache', 'check-corpus.mjs');
const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
await build({ entryPoints: ['test/oracle/corpusRun.ts'], bundle: true, platform: 'node', format: 'esm', outfile, banner, logLevel: 'warning' });
const { main } = await import(pathToFileURL(outfile).href);
await main(process.argv.slice(2));
