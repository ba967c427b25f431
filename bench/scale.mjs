// How time and memory of a conversion grow with the model: graphs of repeated blocks from 1,000 to 1,000,000 nodes, each
// conversion in a process of its own, beside neural-compressor as far as it is bearable; and the peak memory for BERT's weights.
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../scripts/lib/lifetime.mjs';
import { writeBert, writeBlocks, writeDenseLayers } from './blocks.mjs';
import { bf16Seconds, convert, neuralCompressor, totalSeconds } from './converters.mjs';
import { benchPython } from './models.mjs';

const MIB = 2 ** 20;
/** Nodes, how often we convert, and whether neural-compressor does. */
const sizes = [
  { nodes: 1_000, repeats: 3, hasPeer: true },
  { nodes: 10_000, repeats: 3, hasPeer: true },
  { nodes: 100_000, repeats: 2, hasPeer: false },
  { nodes: 1_000_000, repeats: 1, hasPeer: false },
];
/** Between these sizes the growth is fitted. */
const [fitFrom, fitTo] = [10_000, 1_000_000];

/** Resolves to the list of measures; `tell` prints what goes on. */
export async function benchScale(tell) {
  const python = benchPython(tell);
  const { folder, remove } = temporaryFolder();
  const config = join(folder, 'bf16.mixed-precision.json');
  writeFileSync(config, JSON.stringify({ use_bf16: true }));
  const measures = [];
  const points = [];
  for (const { nodes, repeats, hasPeer } of sizes) {
    tell(`${nodes} nodes …`);
    const model = join(folder, `${nodes}.pb`);
    writeBlocks(model, nodes);
    const ours = fastest(Array.from({ length: repeats }, () => timedConversion(model, folder, config)));
    const peer = hasPeer && python ? neuralCompressor(python, model, 1, tell) : undefined;
    rmSync(model);
    points.push({ nodes, ...ours.seconds });
    measures.push(...measuresOf(nodes, ours, peer));
  }
  tell('Dense layers …');
  measures.push(...denseMeasures(folder, python, tell));
  tell('BERT …');
  measures.push(...bertMeasures(folder, config));
  remove();
  return [...measures, ...slopes(points.filter(({ nodes }) => nodes >= fitFrom && nodes <= fitTo))];
}

/** The report, and seconds of each phase, of all that neural-compressor does in one, and of the process as a whole. */
function timedConversion(model, folder, config) {
  const output = join(folder, 'converted.pb');
  const start = performance.now();
  const report = convert(model, output, ['--config', config]);
  const process = (performance.now() - start) / 1000;
  rmSync(output);
  const phases = Object.fromEntries(report.phases.map(({ phase, seconds }) => [phase, seconds]));
  return { report, seconds: { ...phases, bf16_conversion: bf16Seconds(report), process } };
}

const fastest = (runs) => runs.reduce((best, run) => (totalSeconds(run.report.phases) < totalSeconds(best.report.phases) ? run : best));

/** `graph`: number of nodes, or name. */
function measuresOf(graph, { report, seconds }, peer) {
  const beside = (name, key) => (peer && name === 'bf16_conversion' ? { 'neural-compressor': peer[key] } : {});
  return [
    ...Object.entries(seconds).map(([name, ours]) => ({ measure: `${name}_s/${graph}`, unit: 's', ours, peers: beside(name, 'seconds') })),
    { measure: `peak_memory_mib/${graph}`, unit: 'MiB', ours: report.peakMemoryMiB, peers: beside('bf16_conversion', 'peakMemoryMiB') },
    { measure: `casts/${graph}`, unit: 'Casts', ours: report.casts.remaining, peers: beside('bf16_conversion', 'casts') },
  ];
}

/** 9,752 nodes in a row, of which both converters are asked for the MatMuls and Relus: every fourth layer ends in a Softmax. */
function denseMeasures(folder, python, tell) {
  const model = join(folder, 'dense.pb');
  writeDenseLayers(model, 3_000);
  const types = ['MatMul', 'Relu'];
  const config = join(folder, 'dense.mixed-precision.json');
  writeFileSync(config, JSON.stringify({ use_bf16: true, bf16_ops: types }));
  const ours = fastest([1, 2, 3].map(() => timedConversion(model, folder, config)));
  const peer = python ? neuralCompressor(python, model, 1, tell, types) : undefined;
  rmSync(model);
  return measuresOf('dense_9752', ours, peer);
}

function bertMeasures(folder, config) {
  const model = join(folder, 'bert.pb');
  writeBert(model);
  const { report } = timedConversion(model, folder, config);
  const fileMiB = statSync(model).size / MIB;
  rmSync(model);
  return [
    { measure: 'file_mib/bert', unit: 'MiB', ours: Math.round(fileMiB), peers: {} },
    { measure: 'peak_memory_mib/bert', unit: 'MiB', ours: report.peakMemoryMiB, peers: {} },
  ];
}

/** Exponents of n in c·n^k fitted to the seconds of each part: 1 is linear. */
function slopes(points) {
  const names = Object.keys(points[0]).filter((name) => name !== 'nodes');
  return names.map((name) => ({
    measure: `${name}_slope`, unit: '', ours: slope(points.map((point) => [Math.log(point.nodes), Math.log(point[name])])), peers: {},
  }));
}

/** Least squares. */
function slope(pairs) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(pairs.map(([x]) => x)), mean(pairs.map(([, y]) => y))];
  const covariance = pairs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / pairs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
