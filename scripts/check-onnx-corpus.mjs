// Reads, writes and converts every ONNX model of the corpus and lets onnx and onnxruntime judge: `node scripts/check-onnx-corpus.mjs [--fresh] [NAME_PART…]`.
// Needs `npm run build`, the corpus (MIXED_PRECISION_CORPUS) and a Python with both (MIXED_PRECISION_PYTHON). Writes test-results/onnx-corpus.{jsonl,json}.
import { runTypeScript } from './lib/runTypeScript.mjs';

await runTypeScript('test/oracle/onnxCorpusRun.ts', process.argv.slice(2));
