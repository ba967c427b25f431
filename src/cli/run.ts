import { readArrays, writeArrays } from './arrays';
import { type Command, required } from './command';
import { configFrom } from './config';
import { executeModel } from './execute';
import { RUNTIME_OPTIONS, RUNTIME_USAGE, withRuntime } from './runtime';

/** `run`: the model on given inputs. */
export const run: Command = {
  usage: `run MODEL --inputs DATA.npz --outputs OUT.npz [--config FILE] ${RUNTIME_USAGE} [--force]`,
  summary: 'run a model',
  arguments: ['MODEL'],
  strings: ['inputs', 'outputs', 'config', ...RUNTIME_OPTIONS],
  flags: ['force'],
  async run({ arguments: [model], options, conversion, startKernels, print, note }) {
    const inputs = required(options, 'inputs');
    const target = required(options, 'outputs');
    await conversion.open(model!, await configFrom(options, note));
    const arrays = await readArrays(inputs);
    await withRuntime(conversion, options, startKernels, async ({ kernels, description }) => {
      const outputs = await executeModel(conversion, arrays, kernels);
      await writeArrays(target, outputs, options.force === true);
      for (const [name, tensor] of outputs) print(`${name}  ${tensor.dtype}  [${tensor.shape.join(', ')}]`);
      print(`run by ${description}`);
    });
  },
};
