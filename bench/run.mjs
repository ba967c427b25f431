// `npm run bench [-- NAME] [-- --json]`: measures the product on this machine. Not part of `npm test`.
// --json prints a list of {measure, unit, ours, peers: {NAME: value}}; lower is better unless the measure says otherwise.
import { parseArgs } from 'node:util';
import { ensureDependencies } from '../scripts/lib/dependencies.mjs';
import { fromRoot } from '../scripts/lib/paths.mjs';
import { run } from '../scripts/lib/run.mjs';
import { benchCasts } from './casts.mjs';
import { benchConversion } from './conversion.mjs';
import { benchLayout } from './layout.mjs';
import { benchOnnx } from './onnx.mjs';
import { benchPytorch } from './pytorch.mjs';
import { benchScale } from './scale.mjs';
import { benchTensorFlow } from './tensorflow.mjs';
import { benchTuning } from './tuning.mjs';
import { benchView } from './view.mjs';

const benches = {
  conversion: benchConversion, casts: benchCasts, scale: benchScale, layout: benchLayout, view: benchView, onnx: benchOnnx, pytorch: benchPytorch, tensorflow: benchTensorFlow,
  tuning: benchTuning,
};

const { values, positionals } = parseArgs({ options: { json: { type: 'boolean', default: false } }, allowPositionals: true });
const names = positionals.length > 0 ? positionals : Object.keys(benches);
const unknown = names.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}

const tell = values.json ? console.error : console.log;
ensureDependencies();
if ((await run(process.execPath, [fromRoot('scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] })) !== 0) process.exit(1);

const measures = [];
for (const name of names) measures.push(...(await benches[name](tell)));
console.log(values.json ? JSON.stringify(measures, null, 2) : `\nMeasure, ours, and in brackets how many times ours a peer's is\n${table(measures)}`);
process.exit();

/** One line per measure; a peer's value is followed by how many times ours it is. */
function table(measures) {
  const number = (value) => (value === null ? '-' : Number.isInteger(value) ? String(value) : value.toPrecision(3));
  const peer = ([name, value], ours) => `${name} ${number(value)}${ours > 0 && value !== null ? ` (${number(value / ours)} x)` : ''}`;
  const width = Math.max(...measures.map(({ measure }) => measure.length));
  return measures
    .map(({ measure, unit, ours, peers }) => [measure.padEnd(width), number(ours).padStart(8), unit.padEnd(5), ...Object.entries(peers).map((entry) => peer(entry, ours))].join('  '))
    .join('\n');
}
