// INT8, BF16 and mixed conversions of exported programs beside torchao's PT2E with X86InductorQuantizer on the same calibration
// data, and torch.autocast: error of the results, bytes of the files, Casts, seconds of the conversion from opening to the written
// file (torchao's without starting Python), and CPU time of a run compiled by Inductor on one thread.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../scripts/lib/lifetime.mjs';
import { fromRoot } from '../scripts/lib/paths.mjs';
import { ensurePython } from '../scripts/lib/python.mjs';
import { convert } from './converters.mjs';

const made = fromRoot('.cache', 'bench', 'pytorch');
const sample = (end) => fromRoot('media', 'samples', `digits_pytorch${end}`);
const files = (name) => ['.pt2', '_calibration.npz', '_test.npz'].map((end) => (name === 'digits' ? sample(end) : join(made, name + end)));
const NETWORKS = ['digits', 'resnet18', 'mobilenet_v2', 'bert', 'encoder'];

const KINDS = [
  { kind: 'int8', config: {}, isCalibrated: true, peer: 'torchao' },
  { kind: 'bf16', config: { use_bf16: true }, isCalibrated: false, peer: 'autocast' },
  { kind: 'mixed', config: { use_bf16: true }, isCalibrated: true, peer: 'torchao_autocast' },
];

/** Resolves to the list of measures; `tell` prints what goes on. */
export async function benchPytorch(tell) {
  const python = ensurePython(fromRoot('.cache', 'bench-pytorch-venv'), fromRoot('bench', 'pytorch_requirements.txt'));
  const ask = (script, ...args) => execFileSync(python, [fromRoot('bench', script), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 26 });
  const { folder, remove } = temporaryFolder();
  mkdirSync(made, { recursive: true });
  const measures = [];
  for (const name of NETWORKS) {
    const [model, calibration, test] = files(name);
    if (![model, calibration, test].every((file) => existsSync(file))) {
      tell(`Making ${name} …`);
      ask('pytorch_networks.py', made, name);
    }
    tell(`${name} …`);
    const ours = KINDS.map(({ kind, config, isCalibrated }) => converted(model, join(folder, `${name}.${kind}.pt2`), config, isCalibrated ? ['--calibration', calibration] : []));
    const theirs = join(folder, `${name}.torchao.pt2`);
    const quantized = peerOrUndefined(() => JSON.parse(ask('pytorch_peer.py', 'quantize', model, calibration, theirs).split('\n').at(-2)), tell);
    const compared = JSON.parse(ask('pytorch_peer.py', 'compare', model, test, ...ours.map(({ output }) => output), ...(quantized === undefined ? [] : [theirs])).split('\n').at(-2));
    measures.push(...KINDS.flatMap((kind, index) => measuresOf(name, kind, ours[index], { model, theirs, quantized, compared })));
  }
  remove();
  return measures;
}

function converted(model, output, config, more) {
  const configFile = output.replace(/pt2$/, 'mixed-precision.json');
  writeFileSync(configFile, JSON.stringify(config));
  const start = performance.now();
  const report = convert(model, output, ['--config', configFile, ...more]);
  return { output, report, seconds: (performance.now() - start) / 1000 };
}

function peerOrUndefined(ask, tell) {
  try {
    return ask();
  } catch (error) {
    tell(`torchao could not quantize it: ${error.message}`);
    return undefined;
  }
}

function measuresOf(name, { kind, peer }, { output, report, seconds }, { model, theirs, quantized, compared }) {
  const beside = (value) => (value === undefined ? {} : { [peer]: value });
  const isTorchao = peer.startsWith('torchao') && quantized !== undefined;
  const bytes = (file) => statSync(file).size;
  return [
    { measure: `sqnr_db_${kind}/${name} (higher is better)`, unit: 'dB', ours: compared[kind].sqnrDb, peers: beside(compared[peer]?.sqnrDb) },
    { measure: `run_cpu_ms_${kind}/${name}`, unit: 'ms', ours: compared[kind].ms, peers: { ...beside(compared[peer]?.ms), fp32: compared.fp32.ms } },
    { measure: `bytes_${kind}/${name}`, unit: 'B', ours: bytes(output), peers: { ...(isTorchao ? beside(bytes(theirs)) : {}), fp32: bytes(model) } },
    { measure: `conversion_s_${kind}/${name}`, unit: 's', ours: seconds, peers: kind === 'int8' && isTorchao ? beside(quantized.seconds) : {} },
    ...(kind === 'int8' ? [{ measure: `peak_memory_mib/${name}`, unit: 'MiB', ours: report.peakMemoryMiB, peers: beside(quantized?.peakMemoryMiB) }] : []),
    ...(kind === 'int8' ? [] : [{ measure: `casts_${kind}/${name}`, unit: 'Casts', ours: report.casts.remaining, peers: kind === 'bf16' ? beside(compared.autocast.casts) : {} }]),
  ];
}
