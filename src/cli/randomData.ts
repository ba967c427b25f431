import { randomArrays } from '../engine/calibration/randomArrays';
import { writeArrays } from './arrays';
import { type Command, required, text, UsageError, wholeNumber } from './command';
import { configFrom } from './config';

const SAMPLES = 8;

/** `random-data`: inputs to try a model with. */
export const randomData: Command = {
  usage: 'random-data MODEL --output DATA.npz [--samples N] [--shapes NAME:1x128,NAME:…] [--seed N] [--config FILE] [--force]',
  summary: 'write random inputs of the shapes a model takes, to see whether it runs; no data to calibrate or measure accuracy with',
  arguments: ['MODEL'],
  strings: ['output', 'samples', 'shapes', 'seed', 'config'],
  flags: ['force'],
  async run({ arguments: [model], options, conversion, print, note }) {
    const target = required(options, 'output');
    const request = { samples: wholeNumber(options, 'samples', 1) ?? SAMPLES, seed: wholeNumber(options, 'seed', 0) ?? 0, shapes: shapesIn(text(options, 'shapes') ?? '') };
    await conversion.open(model!, await configFrom(options, note));
    const arrays = randomArrays(conversion.graph.inputs, request);
    await writeArrays(target, arrays, options.force === true);
    for (const [name, { dtype, shape }] of arrays) print(`${name}  ${dtype}  [${shape.join(', ')}]`);
    note('The numbers are random: ranges and accuracy measured on them say nothing about real inputs.');
  },
};

/** `ids:1x128,mask:1x128`; names may have colons. */
function shapesIn(given: string): Map<string, readonly number[]> {
  const parts = given === '' ? [] : given.split(',');
  return new Map(parts.map((part) => {
    const [, name, sizes] = /^(.+):(\d+(?:x\d+)*)$/.exec(part) ?? [];
    if (name === undefined) throw new UsageError(`--shapes has "${part}", it must be the name of an input and its sizes, such as ids:1x128`);
    return [name, sizes!.split('x').map(Number)] as const;
  }));
}
