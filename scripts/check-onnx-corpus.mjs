// Reads, writes and converts every ONNX model of the corpus and lets onnx and onnxruntime judge: `node scripts/check-onnx-corpus.mjs [NAME_PART…]`.
// Needs `npm run build`, the corpus (MIXED_PRECISION_CORPUS) and a Python with both (MIXED_PRECISION_PYTHON). Writes test-results/onnx-corpus.json.
import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lib/paths.mjs';

process.chdir(root);
const outfile = join(root, 'node_modules', '.cache', 'check-onnx-corpus.mjs');
const banner = { js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);" };
await build({ entryPoints: ['test/oracle/onnxCorpusRun.ts'], bundle: true, platform: 'node', format: 'esm', mainFields: ['module', 'main'], outfile, banner, logLevel: 'warning' });
const { main } = await import(pathToFileURL(outfile).href);
await main(process.argv.slice(2));
