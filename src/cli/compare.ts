import { basename } from 'node:path';
import { matchInputs } from '../engine/calibration/matchInputs';
import { isAccurateEnough } from '../engine/config/accuracyCriterion';
import { isMetricFile, type TuningConfig } from '../engine/config/config';
import { parseConfig, requireValid } from '../engine/config/parse';
import type { ConfigSource } from '../engine/conversion';
import { inFile, UserError } from '../engine/errors';
import { NO_PROGRESS } from '../engine/host';
import type { Conversion } from '../engine/pipeline';
import type { Tensor } from '../engine/graph/tensor';
import { compareOutputs } from '../engine/runtime/compare';
import { labelsIn } from '../engine/tuning/bench';
import { judgedSamples } from '../engine/tuning/evaluate';
import { judgeBy, judgeByOwn } from '../engine/tuning/judge';
import { startOwnMetric } from '../worker/ownMetric';
import { readArrays } from './arrays';
import { type Command, required, text } from './command';
import { configFrom } from './config';
import { executeModel, openAnother } from './execute';
import { metricFrom } from './metric';
import { RUNTIME_OPTIONS, RUNTIME_USAGE, withRuntime } from './runtime';

/** `compare`: how far the converted model's outputs are from the original's. */
export const compare: Command = {
  usage: `compare ORIGINAL CONVERTED --inputs DATA.npz [--labels KEY] [--metric NAME|FILE] [--config FILE] ${RUNTIME_USAGE} [--json]`,
  summary: 'compare the outputs of two models',
  arguments: ['ORIGINAL', 'CONVERTED'],
  strings: ['inputs', 'labels', 'metric', 'config', ...RUNTIME_OPTIONS],
  flags: ['json'],
  async run({ arguments: [original, converted], options, conversion, startKernels, print, note }) {
    const file = required(options, 'inputs');
    const arrays = await readArrays(file);
    const labelsKey = text(options, 'labels');
    const labels = labelsKey === undefined ? undefined : await inFile(file, () => labelsIn(arrays, labelsKey));
    const source = await configFrom(options, note);
    const given = requireValid(parseConfig(source.text, source.path ?? file));
    const config = { ...given, tuning: { ...given.tuning, ...metricFrom(options) } };
    const choice = choiceOf(config);
    await conversion.open(original!, choice);
    const other = await openAnother(converted!, choice);
    const { reference, results: ownNames, runtime } = await withRuntime(conversion, options, startKernels, async ({ kernels, description }) => {
      const reference = await executeModel(conversion, arrays, kernels);
      return { reference, results: await executeModel(other, arrays, kernels, sameOutputs(reference, other)), runtime: description };
    });
    const results = conversion.format.dialect.framework === 'pytorch' ? byPlace(reference, ownNames) : ownNames;
    const missing = [...reference.keys()].find((name) => !results.has(name));
    if (missing !== undefined) throw new UserError(`It has no output "${missing}"`, { file: converted, hint: `It was not converted from ${original}` });

    const names = [...reference.keys()];
    const comparisons = compareOutputs(names.map((name) => reference.get(name)!), names.map((name) => results.get(name)!));
    const outputs = names.map((name, index) => ({ name, ...comparisons[index]! }));
    const accuracy = await judged(conversion, [reference, results], { arrays, labels, config, source, file });
    const meetsCriterion = accuracy && source.path !== undefined ? isAccurateEnough(accuracy, config.accuracy_criterion, accuracy.higherIsBetter) : undefined;
    if (options.json) {
      print(JSON.stringify({ outputs, runtime, ...(accuracy === undefined ? {} : { accuracy: { metric: accuracy.metric, original: accuracy.original, converted: accuracy.converted, meetsCriterion } }) }));
      return;
    }
    for (const { name, sqnrDb, maxAbsError, meanSquaredError, cosine, top1Agreement } of outputs) {
      print(`${name}  SQNR ${decibels(sqnrDb)} dB  mean squared error ${meanSquaredError.toPrecision(3)}  cosine ${cosine.toFixed(6)}  max error ${maxAbsError.toPrecision(3)}  top-1 agreement ${top1Agreement === undefined ? '–' : `${(100 * top1Agreement).toFixed(1)} %`}`);
    }
    print(`run by ${runtime}`);
    if (accuracy !== undefined) print(`${accuracy.metric}  original ${shown(accuracy.original, accuracy.isShare)}  converted ${shown(accuracy.converted, accuracy.isShare)}`);
    if (meetsCriterion !== undefined) print(`accuracy_criterion ${JSON.stringify(config.accuracy_criterion)} is ${meetsCriterion ? 'met' : 'not met'}`);
  },
};

/** What of a config both models are opened with: the rest is about converting. */
function choiceOf({ inputs, outputs }: TuningConfig): ConfigSource {
  return { text: inputs === undefined && outputs === undefined ? undefined : JSON.stringify({ inputs, outputs }), path: undefined };
}

/** The outputs of the reference where the other model has them all: a model without signatures has the outputs of all of them. */
function sameOutputs(reference: ReadonlyMap<string, Tensor>, { graph }: Conversion): ReadonlySet<string> | undefined {
  const [wanted, there] = [new Set(reference.keys()), new Set(graph.outputs.map(({ name }) => name))];
  return [...wanted].every((name) => there.has(name)) ? wanted : undefined;
}

/** Results under the names of the reference: outputs of exported programs are told by their places, and called after the ops that make them. */
function byPlace(reference: ReadonlyMap<string, Tensor>, results: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  const tensors = [...results.values()];
  return tensors.length === reference.size ? new Map([...reference.keys()].map((name, index) => [name, tensors[index]!])) : results;
}

function decibels(value: number): string {
  return Number.isFinite(value) ? value.toFixed(1) : value > 0 ? '∞' : '-∞';
}

function shown(accuracy: number, isShare: boolean): string {
  return isShare ? `${(100 * accuracy).toFixed(2)} %` : String(Number(accuracy.toPrecision(6)));
}

type Outputs = ReadonlyMap<string, Tensor>;

interface JudgedBy {
  readonly arrays: ReadonlyMap<string, Tensor>;
  readonly labels: Tensor | undefined;
  readonly config: TuningConfig;
  readonly source: ConfigSource;
  /** Path of the arrays. */
  readonly file: string;
}

/** The accuracy of both models by the metric of the config; undefined where there are neither labels nor a metric of the user's own. */
async function judged({ graph }: Conversion, [original, converted]: readonly [Outputs, Outputs], { arrays, labels, config, source, file }: JudgedBy) {
  const { metric, topk } = config.tuning;
  const own = await startOwnMetric(config, source, { progress: NO_PROGRESS });
  try {
    if (own === undefined && labels === undefined) return undefined;
    const samples = judgedSamples(graph.inputs, matchInputs(graph.inputs, arrays));
    const judge = isMetricFile(metric) ? judgeByOwn(own!, { outputs: graph.outputs, labels, data: arrays, samples }) : judgeBy(metric, topk, labels!);
    const score = (outputs: Outputs): Promise<number> => inFile(file, () => {
      const judgement = judge.start();
      judgement.add(graph.outputs.slice(0, judge.outputs).map(({ name }) => outputs.get(name)!), { start: 0, count: samples.run, isWhole: samples.run === samples.all });
      return judgement.result();
    });
    const name = metric === 'topk' ? `top-${topk} accuracy` : isMetricFile(metric) ? basename(metric) : metric;
    return { metric: name, isShare: metric === 'topk', higherIsBetter: judge.higherIsBetter, original: await score(original), converted: await score(converted) };
  } finally {
    await own?.close();
  }
}
