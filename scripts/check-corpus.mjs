// Reads, writes and converts every GraphDef of the corpus and lets TensorFlow judge: `node scripts/check-corpus.mjs [--fresh | --again] [NAME_PART…]`.
// Needs `npm run build`, the corpus (MIXED_PRECISION_CORPUS) and a Python with TensorFlow (MIXED_PRECISION_PYTHON). Writes test-results/corpus.{jsonl,json,md}.
import { runTypeScript } from './lib/runTypeScript.mjs';

await runTypeScript('test/oracle/corpusRun.ts', process.argv.slice(2));
