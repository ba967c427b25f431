import { diagnoseOpTypes } from '../engine/config/diagnoseOpTypes';
import type { TuningConfig } from '../engine/config/config';
import { parseConfig, requireValid } from '../engine/config/parse';
import { readPlaces } from '../engine/config/places';
import type { ConfigSource } from '../engine/conversion';
import { readArrays } from '../engine/data/npz';
import { inFile } from '../engine/errors';
import type { ConversionHost } from '../engine/host';
import { createConversion } from '../engine/pipeline';
import { RangeFinder } from '../engine/rangeFinder';
import { runtimeFor } from '../engine/runtime/ownFramework';
import { type Bench, createBench } from '../engine/tuning/bench';
import { startOwnMetric } from './ownMetric';

/** All that a worker needs to know to answer tasks; can be sent to threads and processes. */
export interface TuningSetup {
  /** Path of the model. */
  readonly model: string;
  readonly source: ConfigSource;
  /** Path of the labelled data. */
  readonly data: string;
  /** Key of the labels in the data. */
  readonly labels: string | undefined;
  /** In place of `tuning.metric`. */
  readonly metric?: TuningConfig['tuning']['metric'];
}

/** Opens a model and its data for tuning. Throws UserError when one of them, or the config, is at fault. */
export async function openBench({ model, source, data, labels, metric }: TuningSetup, host: ConversionHost): Promise<Bench & { close(): Promise<void> }> {
  const parsed = parseConfig(source.text, source.path ?? model);
  const given = requireValid(parsed);
  const config = metric === undefined ? given : { ...given, tuning: { ...given.tuning, metric } };
  const conversion = createConversion(host);
  await conversion.open(model, source);
  const { graph, format: { dialect } } = conversion;
  requireValid({ ...parsed, problems: diagnoseOpTypes(config, graph, dialect, readPlaces(parsed.text)).filter(({ severity }) => severity === 'error') });
  const runtime = runtimeFor(dialect, source.runtime);
  const ownMetric = await startOwnMetric(config, source, { progress: host.progress });
  const kernels = await host.startKernels(runtime);
  const finder = new RangeFinder({ ...host, startKernels: async () => kernels });
  const close = async (): Promise<void> => {
    await ownMetric?.close();
    await kernels.close();
  };
  try {
    const bench = await inFile(data, async () => createBench({
      graph,
      config,
      context: { dialect, canCalibrate: finder.canFind(config, source) },
      findRanges: (values, candidate) => finder.find(values, { graph, dialect, config: candidate, source, model }),
      data: await readArrays(await host.openArrays(data)),
      labels,
      ownMetric,
      kernels,
      runtime,
      progress: host.progress,
      now: () => host.now(),
    }));
    return { ...bench, close };
  } catch (error) {
    await close();
    throw error;
  }
}
