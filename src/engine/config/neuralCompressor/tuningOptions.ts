import { type Option, type Options, readOptions, section, wrongValue } from './options';
import { readConfidenceBatches, readMaxTrials, readMetric, readQuantLevel, readSeed, readStrategy, readTimeout } from './tuningSettings';
import { isMapping } from './values';

const NO_SUCH_STRATEGY = 'There is no strategy here that takes it: it is left out.';

/** What one strategy takes beside others: of these, how many batches the errors of ops are measured on. */
const STRATEGY_OPTIONS: Options = {
  confidence_batches: { usual: [2], read: readConfidenceBatches },
  sigopt_api_token: { note: NO_SUCH_STRATEGY },
  sigopt_project_id: { note: NO_SUCH_STRATEGY },
  sigopt_experiment_name: { usual: ['nc-tune'], note: NO_SUCH_STRATEGY },
  accuracy_weight: { usual: [1], note: NO_SUCH_STRATEGY },
  latency_weight: { usual: [1], note: NO_SUCH_STRATEGY },
  hawq_v2_loss: { note: NO_SUCH_STRATEGY },
};

/** How Neural Compressor searches, under the names all its versions have. */
export const TUNING_OPTIONS = {
  quant_level: { usual: ['auto', 1], read: readQuantLevel },
  strategy: { usual: ['basic'], read: readStrategy },
  strategy_kwargs: {
    usual: [null],
    read: (value, path, draft) => {
      if (isMapping(value)) readOptions(value, STRATEGY_OPTIONS, path, draft);
      else wrongValue(value, 'a dict of options', path, draft);
    },
  },
  timeout: { usual: [0], read: readTimeout },
  max_trials: { usual: [100], read: readMaxTrials },
  random_seed: { usual: [1978], read: readSeed },
} as const satisfies Readonly<Record<string, Option>>;

/** `tuning.strategy` of YAML. */
export const STRATEGY_SECTION: Options = { name: TUNING_OPTIONS.strategy, ...STRATEGY_OPTIONS };

const OTHER_DATA = 'tune reads the data to measure accuracy on from an .npz file or a folder of .npy files, named in tuning.data or on its command line: it is left out.';

/** `evaluation` of YAML. */
export const EVALUATION = section({
  accuracy: section({
    metric: { usual: [null], read: readMetric },
    multi_metrics: { usual: [null], note: 'Accuracy is one number here: it is left out.' },
    configs: { usual: [null], note: OTHER_DATA },
    iteration: { usual: [-1], note: OTHER_DATA },
    dataloader: { usual: [null], note: OTHER_DATA },
    postprocess: { usual: [null], note: 'Outputs are judged as the model gives them: it is left out.' },
  }),
  performance: { usual: [null], note: 'Time is modelled here, and not measured: it is left out.' },
});
