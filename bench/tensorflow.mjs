// TensorFlow networks in every form we write, and as neural-compressor's static quantization makes them from the same calibration
// data: time of one sample relative to FP32 (TensorFlow with oneDNN, one thread, turn by turn in one process), error of the
// outputs on other inputs, size of the file, and seconds and memory of the conversion.
import { execFileSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../scripts/lib/lifetime.mjs';
import { fromRoot } from '../scripts/lib/paths.mjs';
import { convert } from './converters.mjs';
import { ensureBenchPython, madeModel, makeModels, sampleInputs } from './models.mjs';

const NETWORKS = ['resnet50_fbn', 'mobilenetv2_fbn', 'efficientnetb0_fbn', 'bert_base_tf'];

/** By the name of the form; without calibration nothing becomes INT8. */
const FORMS = {
  qdq: { config: {}, calibrates: true },
  fused: { config: { quantization: { form: 'fused' } }, calibrates: true },
  // As neural-compressor has them: right only on CPUs with VNNI.
  fused_8_bit: { config: { quantization: { form: 'fused', reduce_range: false } }, calibrates: true },
  bf16: { config: { use_bf16: true }, calibrates: false },
  mixed: { config: { use_bf16: true, quantization: { form: 'fused' } }, calibrates: true },
};

const MIB = 2 ** 20;

/** Resolves to the list of measures; `tell` prints what goes on. */
export async function benchTensorFlow(tell) {
  const python = ensureBenchPython();
  makeModels(python, NETWORKS, tell);
  const { folder, remove } = temporaryFolder();
  const measures = NETWORKS.flatMap((name) => measuresOf(name, python, folder, tell));
  remove();
  return measures;
}

function measuresOf(name, python, folder, tell) {
  tell(`${name} …`);
  const [model, samples] = [madeModel(name), sampleInputs(name)];
  const made = Object.keys(FORMS).map((form) => ({ form, ...convertTo(form, model, samples, folder) }));
  const peer = quantizeByPeer(python, model, samples, join(folder, 'peer.pb'), tell);
  const files = [...made.map(({ file }) => file), ...(peer === undefined ? [] : [peer.file])];
  const { originalMs, converted } = ask(python, 'compare', model, samples, ...files);
  const [ofPeer] = converted.slice(made.length);
  const beside = (value) => (value === undefined ? {} : { neural_compressor: value });
  // Both are INT8 kernels of oneDNN where neural-compressor made them.
  const peerOf = (form, value) => (form.startsWith('fused') ? beside(value) : {});
  const fused = made.find(({ form }) => form === 'fused');
  return [
    { measure: `run_cpu_ms/${name}/fp32`, unit: 'ms', ours: originalMs, peers: {} },
    ...made.flatMap(({ form, file }, index) => [
      { measure: `run_cpu_ratio/${name}/${form}`, unit: '', ours: converted[index].ms / originalMs, peers: peerOf(form, ofPeer && ofPeer.ms / originalMs) },
      { measure: `sqnr_db/${name}/${form} (higher is better)`, unit: 'dB', ours: converted[index].sqnrDb, peers: peerOf(form, ofPeer?.sqnrDb) },
      { measure: `file_mib/${name}/${form}`, unit: 'MiB', ours: sizeOf(file), peers: { fp32: sizeOf(model), ...peerOf(form, peer && sizeOf(peer.file)) } },
    ]),
    { measure: `conversion_s/${name}`, unit: 's', ours: fused.seconds, peers: beside(peer?.seconds) },
    { measure: `peak_memory_mib/${name}`, unit: 'MiB', ours: fused.peakMemoryMiB, peers: beside(peer?.peakMemoryMiB) },
  ];
}

/** Seconds are those of the whole command: start, calibration, writing. */
function convertTo(form, model, samples, folder) {
  const { config, calibrates } = FORMS[form];
  const [file, settings] = [join(folder, `${form}.pb`), join(folder, `${form}.mixed-precision.json`)];
  writeFileSync(settings, JSON.stringify(config));
  const start = performance.now();
  const { peakMemoryMiB } = convert(model, file, ['--config', settings, ...(calibrates ? ['--calibration', samples] : [])]);
  return { file, seconds: (performance.now() - start) / 1000, peakMemoryMiB };
}

/** Seconds without imports and start; undefined, and said why, where it fails. */
function quantizeByPeer(python, model, samples, file, tell) {
  try {
    return { file, ...ask(python, 'quantize', model, samples, file) };
  } catch (error) {
    tell(`neural-compressor could not quantize ${model}: ${error.message.split('\n')[0]}`);
    return undefined;
  }
}

function ask(python, ...args) {
  const answer = execFileSync(python, [fromRoot('bench', 'tensorflow_peer.py'), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 26 });
  return JSON.parse(answer.trim().split('\n').at(-1));
}

function sizeOf(file) {
  return statSync(file).size / MIB;
}
