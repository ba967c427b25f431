// INT8 conversion of ONNX networks beside onnxruntime's quantize_static (per channel, QDQ) on the same calibration data: error of
// the results beside those of each of its calibration methods, and beside that of its fastest, min-max, Quantize and Dequantize
// nodes, seconds, CPU seconds and memory of the conversion, and time of the results in onnxruntime. A conversion counts from the start
// of its process to the end, with all processes it starts; beside it stands what onnxruntime alone takes for the samples. BF16 conversion beside its float16 tool
// with the same ops kept in FP32: Casts, seconds and memory.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../scripts/lib/lifetime.mjs';
import { fromRoot } from '../scripts/lib/paths.mjs';
import { ensurePython } from '../scripts/lib/python.mjs';
import { convert, converting } from './converters.mjs';

const NETWORKS = ['mobilenetv2', 'resnet50', 'vit_tiny', 'bert_base'];
const METHODS = ['minmax', 'percentile', 'entropy'];
/** Ops that both keep in FP32 beside what the peer keeps by itself: averages, exponentials and what normalizes. */
const FP32_OPS = ['Softmax', 'LayerNormalization', 'Erf', 'ReduceMean', 'GlobalAveragePool'];
const models = fromRoot('.cache', 'bench', 'onnx');

/** Resolves to the list of measures; `tell` prints what goes on. */
export async function benchOnnx(tell) {
  const python = process.env.MIXED_PRECISION_PYTHON ?? ensurePython(fromRoot('.cache', 'bench-onnx-venv'), fromRoot('bench', 'onnx_requirements.txt'));
  const ask = (script, ...args) => execFileSync(python, [fromRoot('bench', script), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 26 });
  const answer = (...args) => JSON.parse(ask('onnx_peer.py', ...args).split('\n').at(-2));
  /** Runs a command twice; what it took with all processes it started. */
  const watched = (...command) => Object.assign({}, ...['time', 'memory'].map((what) => JSON.parse(ask('process_tree.py', what, ...command).split('\n').at(-2))));
  const { folder, remove } = temporaryFolder();
  mkdirSync(models, { recursive: true });
  const config = join(folder, 'bf16.json');
  writeFileSync(config, JSON.stringify({ use_bf16: true, op_type_dict: Object.fromEntries(FP32_OPS.map((op) => [op, 'fp32'])) }));
  const measures = [];
  for (const name of NETWORKS) {
    const [model, calibration, test] = ['.onnx', '_calibration.npz', '_test.npz'].map((end) => join(models, name + end));
    if (![model, calibration, test].every((file) => existsSync(file))) {
      tell(`Making ${name} …`);
      ask('onnx_models.py', models, name);
    }
    tell(`${name} …`);
    const own = join(folder, `${name}.onnx`);
    const took = watched(...converting(model, own, ['--calibration', calibration]));
    const quantize = (method) => (output) => watched(python, fromRoot('bench', 'onnx_peer.py'), 'quantize', model, calibration, output, method);
    const peers = METHODS.flatMap((method) => quantizedBy(method, name, join(folder, `${name}.${method}.onnx`), quantize(method), tell));
    const alone = answer('infer', model, calibration);
    const { originalMs, converted: [ours, ...others] } = answer('compare', model, test, own, ...peers.map(({ output }) => output));
    const byMethod = (value) => Object.fromEntries(peers.map((peer, index) => [`quantize_static ${peer.method}`, value(peer, others[index])]));
    const fastest = (value) => Object.fromEntries(Object.entries(byMethod(value)).slice(0, 1));
    measures.push(
      { measure: `sqnr_db/${name} (higher is better)`, unit: 'dB', ours: ours.sqnrDb, peers: byMethod((_, result) => result.sqnrDb) },
      { measure: `run_cpu_ms/${name}`, unit: 'ms', ours: ours.ms, peers: { ...fastest((_, result) => result.ms), fp32: originalMs } },
      { measure: `quantizes/${name}`, unit: '', ours: ours.quantizes, peers: fastest((_, result) => result.quantizes) },
      { measure: `dequantizes/${name}`, unit: '', ours: ours.dequantizes, peers: fastest((_, result) => result.dequantizes) },
      { measure: `conversion_s/${name}`, unit: 's', ours: took.seconds, peers: { ...byMethod((peer) => peer.seconds), 'running the samples': alone.seconds } },
      { measure: `conversion_cpu_s/${name}`, unit: 's', ours: took.cpuSeconds, peers: { ...byMethod((peer) => peer.cpuSeconds), 'running the samples': alone.cpuSeconds } },
      { measure: `peak_memory_mib/${name}`, unit: 'MiB', ours: took.peakMemoryMiB, peers: byMethod((peer) => peer.peakMemoryMiB) },
    );
    const half = answer('float16', model, join(folder, `${name}.float16.onnx`), ...FP32_OPS);
    const [mixed, bf16Seconds] = timed(() => convert(model, own, ['--config', config]));
    measures.push(
      { measure: `casts/${name}`, unit: '', ours: mixed.casts.remaining, peers: { float16: half.casts } },
      { measure: `bf16_conversion_s/${name}`, unit: 's', ours: bf16Seconds, peers: { float16: half.seconds } },
      { measure: `bf16_peak_memory_mib/${name}`, unit: 'MiB', ours: mixed.peakMemoryMiB, peers: { float16: half.peakMemoryMiB } },
    );
  }
  remove();
  return measures;
}

function timed(work) {
  const start = performance.now();
  const result = work();
  return [result, (performance.now() - start) / 1000];
}

/** What the peer says of a conversion; nothing where it fails, for want of memory, say. */
function quantizedBy(method, name, output, quantize, tell) {
  try {
    return [{ method, output, ...quantize(output) }];
  } catch (error) {
    tell(`quantize_static could not convert ${name} with ${method}: ${error.message.split('\n')[0]}`);
    return [];
  }
}
