// Casts that each placement leaves, beside the fewest possible (SciPy's maximum flow), TensorFlow's automatic mixed precision and
// neural-compressor, in the scenarios of test/oracle/scenarios.py; where chance chooses, means of three seeds.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../scripts/lib/lifetime.mjs';
import { fromRoot } from '../scripts/lib/paths.mjs';
import { castMeasures, costMeasures } from './castMeasures.mjs';
import { convert, neuralCompressor } from './converters.mjs';
import { baseModel, ensureBenchPython, makeModels, sampleInputs } from './models.mjs';

const MODELS = [
  'resnet50_fbn', 'resnet50v2_fbn', 'mobilenetv2_fbn', 'efficientnetb0_fbn', 'inceptionv3_fbn', 'densenet121_fbn', 'densenet121',
  'bert_mini12_tf', 'keras_transformer4', 'lstm_text', 'gru_text',
];
/** For seconds and memory only. */
const LARGE = 'bert_base_tf';
const SCENARIOS = ['S1', 'S2', 'S3', 'S4', 'S5'];
const SEEDS = [0, 1, 2];

/** `most` breaks ties for BF16: together its rewards stay below one Cast. */
const PLACEMENTS = {
  fewest: { cast_placement: 'min_cut', bf16_reward: 0 },
  most: { cast_placement: 'min_cut', bf16_reward: 1e-5 },
  depth_first: { cast_placement: 'depth_first' },
  none: { cast_placement: 'none' },
};

/** Relative RMS of the outputs; in S5, a rounding to BF16 can put a value on the other side of a quantization. */
const largestError = ({ scenario }) => (scenario.startsWith('S5') ? 0.2 : 0.04);

/** Resolves to the list of measures; a minimum cut that is not minimal, or a graph that fails in TensorFlow, fails the run. */
export async function benchCasts(tell) {
  const python = ensureBenchPython();
  makeModels(python, [...MODELS, LARGE], tell);
  const { folder, remove } = temporaryFolder();
  const results = MODELS.flatMap((model) => measureModel(model, SCENARIOS, { python, folder, tell }));
  const all = [...results, ...measureModel(LARGE, ['S1'], { python, folder, tell })];
  remove();
  for (const problem of all.flatMap(problemsOf)) {
    tell(`WRONG: ${problem}`);
    process.exitCode = 1;
  }
  return [...castMeasures(results), ...costMeasures(all)];
}

/** Of every case: the optimum of the model as opened and of what phase 1 leaves of it, `ours` by placement, and peers that take part. */
function measureModel(name, scenarios, { python, folder, tell }) {
  tell(`${name} …`);
  const [model, inputs] = [baseModel(name), sampleInputs(name)];
  const [cases] = ask(python, [{ command: 'cases', model, inputs, folder, names: scenarios, seeds: SEEDS }]);
  const results = cases.map((given, index) => {
    const file = (placement, until) => join(folder, `${index}.${placement}.${until}.pb`);
    const place = (placement, until) => convertCase(given, placement, file(placement, until), { inputs, folder, until });
    const ours = Object.fromEntries(Object.keys(PLACEMENTS).map((placement) => [placement, place(placement, 'optimize')]));
    return { ...given, name, unconverted: place('none', 'quantize').output, ours, peers: {} };
  });
  judge(results, inputs, python);
  for (const file of results.flatMap(({ ours, unconverted }) => [unconverted, ...Object.values(ours).map(({ output }) => output)])) rmSync(file);
  // Neither knows INT8, and neural-compressor can only be told op types.
  addGrappler(results.filter(({ scenario }) => !scenario.startsWith('S5')), { folder, python, tell });
  results.find(({ scenario }) => scenario === 'S1').peers['neural-compressor'] = neuralCompressor(python, model, 1, tell);
  return results;
}

function convertCase({ model, config, scenario }, placement, output, { inputs, folder, until }) {
  const schema = JSON.parse(readFileSync(fromRoot('media', 'mixed-precision.schema.json'), 'utf8'));
  const sensitive_ops = Object.fromEntries(Object.keys(schema.properties.sensitive_ops.properties).map((pattern) => [pattern, 'auto']));
  const file = join(folder, 'casts.mixed-precision.json');
  writeFileSync(file, JSON.stringify({ ...config, ...PLACEMENTS[placement], calibration: { sampling_size: 1 }, sensitive_ops }));
  const calibration = scenario.endsWith('calibrated') ? ['--calibration', inputs] : [];
  return { output, report: convert(model, output, ['--config', file, '--until', until, ...calibration]) };
}

/** Counts in the written files; of the minimum cuts, how far their results are from the model's; and the optima. */
function judge(results, inputs, python) {
  const all = results.flatMap((given) => Object.entries(given.ours).map(([placement, result]) => ({ given, placement, result })));
  const cuts = all.filter(({ placement }) => isMinimumCut(placement));
  const optimum = ({ opened, scenario, seed }, unconverted) => ({ command: 'optimum', opened, scenario, seed, unconverted });
  const counts = ask(python, all.map(({ result }) => ({ command: 'placed', model: result.output })));
  const error = ({ model, outputs }, { output }) => ({ command: 'error', original: model, converted: output, inputs, fetches: outputs });
  const errors = ask(python, cuts.map(({ given, result }) => error(given, result)));
  const optima = ask(python, results.flatMap((given) => [optimum(given, given.model), optimum(given, given.unconverted)]));
  all.forEach(({ result }, index) => Object.assign(result, counts[index]));
  cuts.forEach(({ result }, index) => Object.assign(result, { error: errors[index] }));
  results.forEach((given, index) => Object.assign(given, { optimumAsOpened: optima[2 * index], optimum: optima[2 * index + 1] }));
}

const isMinimumCut = (placement) => PLACEMENTS[placement].cast_placement === 'min_cut';

/** S1 comes first, so that its peak of memory is its own. */
function addGrappler(results, { folder, python, tell }) {
  const output = (index) => join(folder, `grappler.${index}.pb`);
  const requests = results.map(({ model, fp32, outputs }, index) => ({ model, keep: [...outputs, ...fp32], output: output(index) }));
  try {
    const times = run(python, ['bench', 'grappler.py'], requests);
    const counts = ask(python, results.map((_, index) => ({ command: 'placed', model: output(index) })));
    results.forEach(({ peers }, index) => {
      const { casts, constantCasts, bf16Ops } = counts[index];
      peers.grappler = { ...times[index], casts: casts - constantCasts, bf16Ops };
      rmSync(output(index));
    });
  } catch (error) {
    tell(`TensorFlow could not convert ${results[0].name}: ${error.message}`);
  }
}

/** What a result breaks of what was promised. */
function problemsOf({ name, scenario, seed, optimum, ours }) {
  return Object.entries(ours).flatMap(([placement, { casts, error, report }]) => {
    const at = `${name} ${scenario} seed ${seed} ${placement}`;
    const { lowerBound } = report.casts;
    const isWrong = isMinimumCut(placement) ? casts !== optimum.casts : casts < optimum.casts;
    return [
      ...(isWrong ? [`${at}: ${casts} Casts, the fewest are ${optimum.casts}`] : []),
      ...(lowerBound !== optimum.casts ? [`${at}: the report says at least ${lowerBound} Casts, the fewest are ${optimum.casts}`] : []),
      ...(isMinimumCut(placement) && !(error < largestError({ scenario })) ? [`${at}: the results are off by ${error}`] : []),
    ];
  });
}

const ask = (python, requests) => run(python, ['test', 'oracle', 'placement.py'], requests);

function run(python, script, requests) {
  const options = { input: JSON.stringify(requests), encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 2 ** 28 };
  return JSON.parse(execFileSync(python, [fromRoot(...script)], { ...options, env: { ...process.env, TF_ENABLE_ONEDNN_OPTS: '0' } }));
}
