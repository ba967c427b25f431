// Quantizes every GraphDef of the corpus with ranges of its own inputs, in both forms, and lets TensorFlow judge each INT8 op: `node scripts/check-quantization.mjs [--fresh] [NAME_PART…]`.
// Needs `npm run build`, the corpus (MIXED_PRECISION_CORPUS) and a Python with TensorFlow (MIXED_PRECISION_PYTHON). Writes test-results/quantization.{jsonl,json}.
import { runTypeScript } from './lib/runTypeScript.mjs';

await runTypeScript('test/oracle/quantizationRun.ts', process.argv.slice(2));
