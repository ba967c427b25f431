// Reads mutations of PyTorch files and reports the peak memory: `node scripts/fuzz-pytorch.mjs [COUNT] [FIRST_SEED] [FILE…]`; 10,000 of test/fixtures/pytorch by default.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { importBundled } from './lib/bundled.mjs';
import { root } from './lib/paths.mjs';

process.chdir(root);
const { fuzz } = await importBundled('test/engine/formats/pytorch/fuzz.ts');

const [count = '10000', firstSeed = '1', ...files] = process.argv.slice(2);
const folder = 'test/fixtures/pytorch';
const ours = readdirSync(folder).filter((name) => /\.(pt|pth|ptl|pt2)$/.test(name)).map((name) => join(folder, name));
const before = process.resourceUsage().maxRSS;
const outcome = await fuzz(files.length > 0 ? files : ours, Number(firstSeed), Number(count));
console.log(JSON.stringify({ ...outcome, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024), peakBeforeMiB: Math.round(before / 1024) }));
