// Prepares every GraphDef of the corpus rule by rule and runs both graphs in TensorFlow: `node scripts/check-preparation.mjs [NAME_PART…]`.
// Needs the corpus (MIXED_PRECISION_CORPUS) and a Python with TensorFlow (MIXED_PRECISION_PYTHON). Writes test-results/preparation.json.
import { runTypeScript } from './lib/runTypeScript.mjs';

await runTypeScript('test/oracle/preparationRun.ts', process.argv.slice(2));
