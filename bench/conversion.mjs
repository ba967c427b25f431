// Time, memory and Casts of a conversion, beside neural-compressor's BF16 conversion of the same graph. Each converts the ops of
// its own default list; neural-compressor leaves outputs in BF16, where we put the Cast that keeps their type.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../scripts/lib/lifetime.mjs';
import { fromRoot } from '../scripts/lib/paths.mjs';
import { bf16Seconds, convert, neuralCompressor, totalSeconds } from './converters.mjs';
import { benchPython, madeModel, sampleInputs } from './models.mjs';

const repeats = 3;
const sample = (file) => fromRoot('media', 'samples', file);

const models = [
  { name: 'digits_cnn', model: sample('digits_cnn.pb'), calibration: sample('digits_calibration.npz') },
  { name: 'digits_transformer', model: sample('digits_transformer.pb'), calibration: sample('digits_calibration.npz') },
  { name: 'mobilenetv2', model: madeModel('mobilenetv2'), calibration: sampleInputs('mobilenetv2') },
  { name: 'resnet50', model: madeModel('resnet50'), calibration: sampleInputs('resnet50') },
];

/** Resolves to the list of measures; `tell` prints what goes on. */
export async function benchConversion(tell) {
  const python = benchPython(tell, ['mobilenetv2', 'resnet50']);
  const { folder, remove } = temporaryFolder();
  const config = join(folder, 'bf16.mixed-precision.json');
  writeFileSync(config, JSON.stringify({ use_bf16: true }));
  const measures = [];
  for (const { name, model, calibration } of models) {
    if (!existsSync(model)) {
      tell(`${name}: left out, there is no Python with TensorFlow to make it`);
      continue;
    }
    tell(`${name} …`);
    const output = join(folder, `${name}.pb`);
    const all = bestOf(() => convert(model, output, ['--config', config, '--calibration', calibration]));
    const bf16 = bestOf(() => convert(model, output, ['--config', config]));
    const peer = python && neuralCompressor(python, model, repeats, tell);
    const beside = (key) => (peer ? { 'neural-compressor': peer[key] } : {});
    measures.push(
      ...all.phases.map(({ phase, seconds }) => ({ measure: `${phase}_s/${name}`, unit: 's', ours: seconds, peers: {} })),
      { measure: `peak_memory_mib/${name}`, unit: 'MiB', ours: all.peakMemoryMiB, peers: {} },
      { measure: `bf16_conversion_s/${name}`, unit: 's', ours: bf16Seconds(bf16), peers: beside('seconds') },
      { measure: `bf16_peak_memory_mib/${name}`, unit: 'MiB', ours: bf16.peakMemoryMiB, peers: beside('peakMemoryMiB') },
      { measure: `bf16_casts/${name}`, unit: 'Casts', ours: bf16.casts.remaining, peers: beside('casts') },
    );
  }
  remove();
  return measures;
}

/** The quickest of several runs, each in a process of its own. */
function bestOf(measure) {
  const reports = Array.from({ length: repeats }, measure);
  return reports.reduce((best, report) => (totalSeconds(report.phases) < totalSeconds(best.phases) ? report : best));
}
