import { UserError } from '../errors';
import { remove } from './fixes';
import type { ParsedConfig } from './parse';
import { readPlaces } from './places';
import { type ConfigProblem, type Path, pathText, problemAt } from './problem';

type Signature = Pick<ParsedConfig['config'], 'inputs' | 'outputs'>;

/** The key that chose a graph the model's file does not have, for which reading it threw `error`. */
export function diagnoseGraphChoice({ config, text }: Pick<ParsedConfig, 'config' | 'text'>, { message, place: { node, hint } }: UserError): ConfigProblem[] {
  const key = (['signature', 'tags', 'outputs', 'inputs'] as const).find((candidate) => config[candidate] !== undefined);
  if (key === undefined) return [];
  return [problemAt(readPlaces(text).value([key]), [key], 'error', `"${key}": ${new UserError(message, { node, hint }).oneLine}.`, [remove([key])])];
}

/** Names of inputs and outputs that `find` throws UserError for, each at its place. */
export function diagnoseSignature({ config, text }: Pick<ParsedConfig, 'config' | 'text'>, find: (signature: Signature) => unknown): ConfigProblem[] {
  const places = readPlaces(text);
  return (['inputs', 'outputs'] as const).flatMap((key) => (config[key] ?? []).flatMap((name, index) => {
    try {
      find({ inputs: undefined, outputs: undefined, [key]: [name] });
      return [];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const path: Path = [key, index];
      const { node, hint } = error.place;
      const message = `"${pathText(path)}": ${new UserError(error.message, { node, hint }).oneLine}.`;
      return [problemAt(places.value(path), path, 'error', message, [remove(path)])];
    }
  }));
}
