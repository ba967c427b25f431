import type { MetricName } from '../config/config';
import { UserError } from '../errors';
import type { ModelOutput } from '../graph/graph';
import type { Tensor } from '../graph/tensor';
import { type Batch, rows } from '../runtime/batches';
import { widened } from '../runtime/halfPrecision';
import { concatenated } from '../runtime/stridedCopy';
import { METRICS } from './metrics';
import type { OwnMetric } from './ownMetric';

/** Makes one number of the outputs of a model. */
export interface Judge {
  readonly higherIsBetter: boolean;
  /** How many of the model's outputs it looks at, the first ones. */
  readonly outputs: number;
  start(): Judgement;
}

/** Takes the outputs of batches one after the other. */
export interface Judgement {
  /** Throws UserError where the outputs do not fit what is expected. */
  add(outputs: readonly Tensor[], batch: Batch): void;
  /** The number, which may be NaN. Throws as the metric does. */
  result(): number | Promise<number>;
}

/** Judges the first output by a metric of ours, against what is expected for each sample; `k` is for topk. */
export function judgeBy(metric: MetricName, k: number, expected: Tensor): Judge {
  return {
    higherIsBetter: METRICS[metric].higherIsBetter,
    outputs: 1,
    start() {
      const scorer = METRICS[metric].start(k);
      return { add: ([output], batch) => scorer.add(output!, expectedOf(expected, batch)), result: () => scorer.result() };
    },
  };
}

/** What a metric of the user's own is given beside outputs. */
export interface OwnMetricData {
  /** Of the original: a conversion may call its outputs otherwise, but keeps their order. */
  readonly outputs: readonly ModelOutput[];
  readonly labels: Tensor | undefined;
  readonly data: ReadonlyMap<string, Tensor>;
  /** How many samples the data has, and how many of them are run. */
  readonly samples: { readonly all: number; readonly run: number };
}

/** Judges all outputs on all samples at once by a metric of the user's own, which so may count what no mean of batches tells. */
export function judgeByOwn(metric: OwnMetric, { outputs, labels, data, samples }: OwnMetricData): Judge {
  const seen = (array: Tensor): Tensor => (array.shape[0] === samples.all && samples.run < samples.all ? rows(array, 0, samples.run) : array);
  return {
    higherIsBetter: metric.higherIsBetter,
    outputs: outputs.length,
    start() {
      const batches: Tensor[][] = outputs.map(() => []);
      return {
        add: (tensors) => tensors.forEach((tensor, index) => batches[index]!.push(widened(tensor))),
        result: () => metric.score({
          outputs: new Map(outputs.map(({ name }, index) => [name, batches[index]!.length === 1 ? batches[index]![0]! : concatenated(batches[index]!, 0)])),
          labels: labels && seen(labels),
          data: new Map([...data].map(([name, array]) => [name, seen(array)])),
        }),
      };
    },
  };
}

/** What is expected for a batch: the first axis of labels numbers the samples. */
function expectedOf(expected: Tensor, { start, count, isWhole }: Batch): Tensor {
  if (isWhole === true || expected.shape.length === 0) return expected;
  if (expected.shape[0]! < start + count) throw new UserError(`There are ${expected.shape[0]} labels for more samples than that`, { hint: 'Give one label for each sample' });
  return rows(expected, start, count);
}
