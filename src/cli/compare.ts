import { isAccurateEnough } from '../engine/config/accuracyCriterion';
import { parseConfig, requireValid } from '../engine/config/parse';
import { UserError } from '../engine/errors';
import type { Tensor } from '../engine/graph/tensor';
import type { Conversion } from '../engine/pipeline';
import { compareOutputs, top1Accuracy } from '../engine/runtime/compare';
import { readArrays } from './arrays';
import { type Command, required, text } from './command';
import { configFrom } from './config';
import { executeModel, openAnother } from './execute';
import { RUNTIME_OPTIONS, RUNTIME_USAGE, withRuntime } from './runtime';

/** `compare`: how far the converted model's outputs are from the original's. */
export const compare: Command = {
  usage: `compare ORIGINAL CONVERTED --inputs DATA.npz [--labels KEY [--config FILE]] ${RUNTIME_USAGE} [--json]`,
  summary: 'compare the outputs of two models',
  arguments: ['ORIGINAL', 'CONVERTED'],
  strings: ['inputs', 'labels', 'config', ...RUNTIME_OPTIONS],
  flags: ['json'],
  async run({ arguments: [original, converted], options, conversion, startKernels, print }) {
    const file = required(options, 'inputs');
    const arrays = await readArrays(file);
    const labelsKey = text(options, 'labels');
    const labels = labelsKey === undefined ? undefined : labelsAt(arrays, labelsKey, file);
    const config = await configFrom(options);
    const criterion = labels === undefined || config.path === undefined ? undefined : requireValid(parseConfig(config.text, config.path)).accuracy_criterion;
    await conversion.open(original!, { text: undefined, path: undefined });
    const other = await openAnother(converted!);
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
    const accuracy = labels === undefined ? undefined : {
      original: top1Accuracy(reference.get(names[0]!)!, labels),
      converted: top1Accuracy(results.get(names[0]!)!, labels),
    };
    const meetsCriterion = accuracy && criterion && isAccurateEnough(accuracy, criterion);
    if (options.json) {
      print(JSON.stringify({ outputs, runtime, ...(accuracy === undefined ? {} : { accuracy: { ...accuracy, meetsCriterion } }) }));
      return;
    }
    for (const { name, sqnrDb, maxAbsError, top1Agreement } of outputs) {
      print(`${name}  SQNR ${decibels(sqnrDb)} dB  max error ${maxAbsError.toPrecision(3)}  top-1 agreement ${top1Agreement === undefined ? '–' : `${(100 * top1Agreement).toFixed(1)} %`}`);
    }
    print(`run by ${runtime}`);
    if (accuracy !== undefined) print(`accuracy  original ${(100 * accuracy.original).toFixed(2)} %  converted ${(100 * accuracy.converted).toFixed(2)} %`);
    if (meetsCriterion !== undefined) print(`accuracy_criterion ${JSON.stringify(criterion)} is ${meetsCriterion ? 'met' : 'not met'}`);
  },
};

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

function labelsAt(arrays: ReadonlyMap<string, Tensor>, key: string, file: string): Tensor {
  const labels = arrays.get(key);
  if (labels !== undefined) return labels;
  throw new UserError(`It has no array "${key}" for the labels`, { file, hint: `It has ${[...arrays.keys()].join(', ')}` });
}
