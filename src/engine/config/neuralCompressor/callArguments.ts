import type { Options } from './options';
import type { Call, Mapping, Value } from './values';

/** The arguments of a call by name, in the order of `options`, which is that of the signature; others come last. */
export function callArguments({ positional, named }: Call, options: Options): Mapping {
  const names = Object.keys(options);
  const given = new Map<string, Value>(positional.map((value, index) => [names[index] ?? `argument ${index + 1}`, value]));
  for (const [name, value] of named) given.set(name, value);
  const rank = (name: string): number => (Object.hasOwn(options, name) ? names.indexOf(name) : names.length);
  return new Map([...given].sort(([a], [b]) => rank(a) - rank(b)));
}
