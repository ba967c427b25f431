// Sensitivity of all ops, measured together beside one by one; and searches on the digits models: trials, seconds, what they reach.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../scripts/lib/lifetime.mjs';
import { fromRoot } from '../scripts/lib/paths.mjs';
import { importBundled } from '../scripts/lib/bundled.mjs';

const sample = (file) => fromRoot('media', 'samples', file);
const tensorflow = { data: sample('digits_test.npz'), calibration: sample('digits_calibration.npz') };
const pytorch = { data: sample('digits_pytorch_test.npz'), calibration: sample('digits_pytorch_calibration.npz') };
const MODELS = [
  { name: 'digits_cnn.pb', ...tensorflow }, { name: 'digits_transformer.pb', ...tensorflow }, { name: 'digits.onnx', ...tensorflow }, { name: 'digits_pytorch.pt2', ...pytorch },
];
const STRATEGIES = ['basic', 'pareto'];

/** Resolves to the list of measures; `tell` prints what goes on. */
export async function benchTuning(tell) {
  const { sensitivityTimes } = await importBundled('test/support/sensitivityTimes.ts');
  const { folder, remove } = temporaryFolder();
  const measures = [];
  for (const { name, data, calibration } of MODELS) {
    tell(`${name} …`);
    const times = await sensitivityTimes({ model: sample(name), data, labels: 'label', calibration, kernelProcess: fromRoot('dist', 'kernelProcess.js') });
    measures.push(
      { measure: `sensitivity_s/${name}`, unit: 's', ours: times.together, peers: { 'one by one': times.separate, 'without the original': times.alone } },
      { measure: `sensitivity_candidates/${name}`, unit: '', ours: times.candidates, peers: {} },
      { measure: `sensitivity_difference/${name}`, unit: '', ours: times.difference, peers: {} },
    );
    const config = join(folder, 'config.json');
    writeFileSync(config, JSON.stringify({ use_bf16: true }));
    for (const strategy of STRATEGIES) {
      const { seconds, result } = tune(sample(name), ['--data', data, '--labels', 'label', '--calibration', calibration, '--config', config, '--strategy', strategy, '--output', join(folder, 'best.json')]);
      const { trials, best, baseline } = result;
      measures.push(
        { measure: `tune_s/${strategy}/${name}`, unit: 's', ours: seconds, peers: {} },
        { measure: `tune_trials/${strategy}/${name}`, unit: '', ours: trials.length, peers: {} },
        { measure: `tune_accuracy/${strategy}/${name} (higher is better)`, unit: '', ours: best.accuracy, peers: { original: baseline.accuracy } },
        { measure: `tune_lowered/${strategy}/${name} (higher is better)`, unit: '', ours: best.lowered, peers: {} },
        { measure: `tune_modelled_cost/${strategy}/${name}`, unit: '', ours: best.cost, peers: {} },
      );
    }
  }
  remove();
  return measures;
}

function tune(model, options) {
  const start = performance.now();
  const out = execFileSync(process.execPath, [fromRoot('dist', 'cli.js'), 'tune', model, ...options, '--force', '--json'], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return { seconds: (performance.now() - start) / 1000, result: JSON.parse(out) };
}
