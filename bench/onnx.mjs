// INT8 conversion of ONNX networks beside onnxruntime's quantize_static (min-max, per channel, QDQ) on the same calibration data:
// error of the results, Quantize and Dequantize nodes, seconds and memory of the conversion, and time of the results in onnxruntime.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../scripts/lib/lifetime.mjs';
import { fromRoot } from '../scripts/lib/paths.mjs';
import { ensurePython } from '../scripts/lib/python.mjs';
import { convert } from './converters.mjs';

const NETWORKS = ['mobilenetv2', 'resnet50', 'vit_tiny', 'bert_base'];
const models = fromRoot('.cache', 'bench', 'onnx');

/** Resolves to the list of measures; `tell` prints what goes on. */
export async function benchOnnx(tell) {
  const python = process.env.MIXED_PRECISION_PYTHON ?? ensurePython(fromRoot('.cache', 'bench-onnx-venv'), fromRoot('bench', 'onnx_requirements.txt'));
  const ask = (script, ...args) => execFileSync(python, [fromRoot('bench', script), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 26 });
  const { folder, remove } = temporaryFolder();
  mkdirSync(models, { recursive: true });
  const measures = [];
  for (const name of NETWORKS) {
    const [model, calibration, test] = ['.onnx', '_calibration.npz', '_test.npz'].map((end) => join(models, name + end));
    if (![model, calibration, test].every((file) => existsSync(file))) {
      tell(`Making ${name} …`);
      ask('onnx_models.py', models, name);
    }
    tell(`${name} …`);
    const [own, theirs] = [join(folder, `${name}.onnx`), join(folder, `${name}.peer.onnx`)];
    const start = performance.now();
    const report = convert(model, own, ['--calibration', calibration]);
    const seconds = (performance.now() - start) / 1000;
    const peer = JSON.parse(ask('onnx_peer.py', 'quantize', model, calibration, theirs).split('\n').at(-2));
    const { originalMs, converted: [ours, other] } = JSON.parse(ask('onnx_peer.py', 'compare', model, test, own, theirs));
    const beside = (value) => ({ quantize_static: value });
    measures.push(
      { measure: `sqnr_db/${name} (higher is better)`, unit: 'dB', ours: ours.sqnrDb, peers: beside(other.sqnrDb) },
      { measure: `run_cpu_ms/${name}`, unit: 'ms', ours: ours.ms, peers: { ...beside(other.ms), fp32: originalMs } },
      { measure: `quantizes/${name}`, unit: '', ours: ours.quantizes, peers: beside(other.quantizes) },
      { measure: `dequantizes/${name}`, unit: '', ours: ours.dequantizes, peers: beside(other.dequantizes) },
      { measure: `conversion_s/${name}`, unit: 's', ours: seconds, peers: beside(peer.seconds) },
      { measure: `peak_memory_mib/${name}`, unit: 'MiB', ours: report.peakMemoryMiB, peers: beside(peer.peakMemoryMiB) },
    );
  }
  remove();
  return measures;
}
