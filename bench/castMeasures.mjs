// From counted Casts to lines of the bench.
import { bf16Seconds } from './converters.mjs';

/** Those of whose 70 % INT8 form the fewest Casts are known from elsewhere. */
const EIGHT = [
  'resnet50_fbn', 'mobilenetv2_fbn', 'efficientnetb0_fbn', 'inceptionv3_fbn', 'densenet121_fbn', 'bert_mini12_tf', 'keras_transformer4', 'lstm_text',
];

/**
 * Per scenario: Casts in total as a multiple of the fewest possible in the model as opened (phase 1 removes ops, and with them
 * now and then a Cast); per scenario and model: Casts and BF16 ops. `results` are those of casts.mjs.
 */
export function castMeasures(results) {
  const scenarios = [...new Set(results.map(({ scenario }) => scenario))];
  const modelsOf = (scenario) => byModel(results.filter((result) => result.scenario === scenario));
  return [
    ...scenarios.map((scenario) => ratios(scenario, modelsOf(scenario))),
    ...scenarios.filter((scenario) => scenario.startsWith('S5')).map((scenario) => {
      const eight = modelsOf(scenario).filter(({ name }) => EIGHT.includes(name));
      return { measure: `casts/${scenario}/eight models`, unit: 'Casts', ...split(sums(eight)) };
    }),
    ...scenarios.flatMap((scenario) => modelsOf(scenario).flatMap(({ name, casts, bf16Ops }) => [
      { measure: `casts/${scenario}/${name}`, unit: 'Casts', ...split(casts) },
      { measure: `bf16_ops/${scenario}/${name}`, unit: 'ops', ...split(bf16Ops) },
    ])),
  ];
}

/** Of S1, seconds and peak memory. */
export function costMeasures(results) {
  return results.filter(({ scenario }) => scenario === 'S1').flatMap(({ name, ours: { fewest }, peers }) => [
    { measure: `seconds/${name}`, unit: 's', ours: bf16Seconds(fewest.report), peers: pick(peers, ({ seconds }) => seconds) },
    { measure: `peak_memory_mib/${name}`, unit: 'MiB', ours: fewest.report.peakMemoryMiB, peers: pick(peers, ({ peakMemoryMiB }) => peakMemoryMiB) },
  ]);
}

/** Means over the seeds of each model, by who placed the Casts. */
function byModel(results) {
  return [...new Set(results.map(({ name }) => name))].map((name) => {
    const seeds = results.filter((result) => result.name === name);
    const counts = seeds.map(({ optimumAsOpened, optimum, ours, peers }) => ({
      casts: { ...pick({ ...ours, ...peers }, ({ casts }) => casts), optimum: optimum.casts, optimum_as_opened: optimumAsOpened.casts },
      bf16Ops: pick({ ...ours, ...peers }, (result) => result.bf16Ops),
    }));
    return { name, casts: means(counts.map(({ casts }) => casts)), bf16Ops: means(counts.map(({ bf16Ops }) => bf16Ops)) };
  });
}

function means(counts) {
  const total = (key) => counts.reduce((sum, count) => sum + count[key], 0);
  return Object.fromEntries(Object.keys(counts[0]).map((key) => [key, total(key) / counts.length]));
}

/** Of those who placed the Casts of every model. */
function sums(models) {
  const keys = Object.keys(models[0].casts).filter((key) => models.every(({ casts }) => key in casts));
  return Object.fromEntries(keys.map((key) => [key, models.reduce((sum, { casts }) => sum + casts[key], 0)]));
}

function ratios(scenario, models) {
  const totals = sums(models);
  return { measure: `casts_to_optimum/${scenario}`, unit: '×', ...split(pick(totals, (casts) => casts / totals.optimum_as_opened)) };
}

/** Ours is the minimum cut with the fewest BF16 ops; our other placements stand beside it like peers. */
function split({ fewest, ...others }) {
  return { ours: fewest, peers: others };
}

function pick(table, value) {
  const rows = Object.entries(table).filter(([, row]) => row !== undefined);
  return Object.fromEntries(rows.map(([key, row]) => [key, value(row)]));
}
