import { matchInputs } from '../../src/engine/calibration/matchInputs';
import { parseConfig, requireValid } from '../../src/engine/config/parse';
import { readNpz } from '../../src/engine/data/npz';
import { type ConversionHost, NO_PROGRESS } from '../../src/engine/host';
import { createConversion } from '../../src/engine/pipeline';
import { RangeFinder } from '../../src/engine/rangeFinder';
import { createConstantStore } from '../../src/engine/runtime/constantStore';
import { valuesOf } from '../../src/engine/runtime/compare';
import { createBench } from '../../src/engine/tuning/bench';
import { type Candidate, candidateConfig, highest, type SearchSpace, withPrecision } from '../../src/engine/tuning/candidate';
import { convertWith } from '../../src/engine/tuning/convertCandidate';
import { forEachBatch, judgedOutput } from '../../src/engine/tuning/evaluate';
import { startKernels } from '../../src/worker/kernelRunner';
import { nodeHost } from '../../src/worker/nodeHost';

export interface SensitivityRequest {
  readonly model: string;
  /** Inputs and labels to measure on, inputs to calibrate with: `.npz`. */
  readonly data: string;
  readonly labels: string;
  readonly calibration: string;
  /** The bundled kernel process. */
  readonly kernelProcess: string;
}

export interface SensitivityTimes {
  /** Ops and op types, each at each lower precision. */
  readonly candidates: number;
  /** Seconds of one task that measures all of them. */
  readonly together: number;
  /** Seconds of converting and running each by itself, and the original beside it, nothing shared: what `compare` does once it has read its files. */
  readonly separate: number;
  /** Seconds of the same without the original. */
  readonly alone: number;
  /** How far an error measured together is from the same one measured by itself, at most. */
  readonly difference: number;
}

/** Times the error that each op makes alone, measured together and one by one in the same process. */
export async function sensitivityTimes({ model, data, labels, calibration, kernelProcess }: SensitivityRequest): Promise<SensitivityTimes> {
  const host: ConversionHost = nodeHost(NO_PROGRESS, () => startKernels({ script: kernelProcess }));
  const source = { text: '{"use_bf16": true, "tuning": {"confidence_batches": 1000}}', path: model, calibration };
  const config = requireValid(parseConfig(source.text, model));
  const conversion = createConversion(host);
  await conversion.open(model, source);
  const { graph, format: { dialect } } = conversion;
  const kernels = await host.startKernels();
  const finder = new RangeFinder({ ...host, startKernels: async () => kernels });
  const arrays = await readNpz(await host.openSource(data));
  const context = { dialect, canCalibrate: true };
  const findRanges: Parameters<typeof convertWith>[3] = (values, candidate) => finder.find(values, { graph, dialect, config: candidate, source, model });
  const now = (): number => performance.now() / 1000;
  const bench = await createBench({ graph, config, context, findRanges, data: arrays, labels, kernels, progress: NO_PROGRESS, now });
  const space = await bench.run({ kind: 'space' });
  const candidates = loweredAlone(space);
  const feeds = matchInputs(graph.inputs, arrays);

  const outputs = async (converted: typeof graph): Promise<Float64Array[]> => {
    const constants = createConstantStore();
    const all: Float64Array[] = [];
    await forEachBatch({ graph: converted, dialect, feeds, kernels, constants, progress: NO_PROGRESS }, [judgedOutput(converted)], ([output]) => all.push(Float64Array.from(valuesOf(output!))));
    constants.clear(kernels);
    return all;
  };
  const timed = async <T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> => {
    const start = now();
    return { result: await work(), seconds: now() - start };
  };

  const measureAll = () => bench.run({ kind: 'outputErrors', from: highest(space), candidates });
  // Code that runs for the first time is slow: of the runs one by one only the first.
  await measureAll();
  const together = await timed(measureAll);
  let [separate, alone, difference] = [0, 0, 0];
  for (const [index, candidate] of candidates.entries()) {
    const original = await timed(() => outputs(graph));
    const variant = await timed(async () => outputs((await convertWith(graph, candidateConfig(config, space, candidate), context, findRanges, NO_PROGRESS)).graph));
    separate += original.seconds + variant.seconds;
    alone += variant.seconds;
    difference = Math.max(difference, Math.abs(together.result[index]! - errorOf(original.result, variant.result)));
  }
  await kernels.close();
  await conversion.close();
  return { candidates: candidates.length, together: together.seconds, separate, alone, difference };
}

function loweredAlone(space: SearchSpace): Candidate[] {
  const top = highest(space);
  return space.units.flatMap(({ choices }, unit) => choices.slice(0, -1).map((precision) => withPrecision(top, [unit], precision)));
}

/** Power of the error over that of the signal. */
function errorOf(expected: readonly Float64Array[], actual: readonly Float64Array[]): number {
  let [signal, noise] = [0, 0];
  for (const [batch, values] of expected.entries()) {
    for (const [index, value] of values.entries()) {
      signal += value ** 2;
      noise += (value - actual[batch]![index]!) ** 2;
    }
  }
  return noise / signal;
}
