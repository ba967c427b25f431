// Converts every SavedModel of the corpus, writes it as a SavedModel and lets TensorFlow load and judge it: `node scripts/check-saved-models.mjs [NAME_PART…]`.
// Needs `npm run build`, the corpus (MIXED_PRECISION_CORPUS) and a Python with TensorFlow (MIXED_PRECISION_PYTHON). Writes test-results/saved-models.md.
import { runTypeScript } from './lib/runTypeScript.mjs';

await runTypeScript('test/oracle/savedModelRun.ts', process.argv.slice(2));
