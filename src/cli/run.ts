import { readArrays, writeArrays } from './arrays';
import { type Command, required } from './command';
import { configFrom } from './config';
import { executeModel } from './execute';

/** `run`: the model on given inputs, in the embedded runtime. */
export const run: Command = {
  usage: 'run MODEL --inputs DATA.npz --outputs OUT.npz [--config FILE] [--force]',
  summary: 'run a model in the embedded runtime',
  arguments: ['MODEL'],
  strings: ['inputs', 'outputs', 'config'],
  flags: ['force'],
  async run({ arguments: [model], options, conversion, startKernels, print }) {
    const inputs = required(options, 'inputs');
    const target = required(options, 'outputs');
    await conversion.open(model!, await configFrom(options));
    const outputs = await executeModel(conversion, await readArrays(inputs), startKernels);
    await writeArrays(target, outputs, options.force === true);
    for (const [name, tensor] of outputs) print(`${name}  ${tensor.dtype}  [${tensor.shape.join(', ')}]`);
  },
};
