import type { DataView } from '../../../webview/protocol';
import { readNpz } from '../data/npz';
import { UserError } from '../errors';
import { type ModelInput, valueKey } from '../graph/graph';
import type { Tensor } from '../graph/tensor';
import type { ConversionHost } from '../host';
import { matchInputs } from './matchInputs';

/** The arrays of a `.npz` file. Throws UserError naming the file. */
export async function readNpzFile(host: Pick<ConversionHost, 'openSource'>, path: string): Promise<Map<string, Tensor>> {
  const source = await host.openSource(path);
  try {
    return readNpz(await source.read(0, source.size));
  } catch (error) {
    throw error instanceof UserError ? error.at({ file: path }) : error;
  }
}

/** What calibration data holds beside the inputs it is for. Reads every element once. */
export function describeData(arrays: ReadonlyMap<string, Tensor>, inputs: readonly ModelInput[]): DataView {
  const problem = problemOf(arrays, inputs);
  const only = inputs.length === 1 && arrays.size === 1 ? inputs[0] : undefined;
  const described = [...arrays].map(([name, tensor]) => ({
    name,
    dtype: tensor.dtype,
    shape: tensor.shape,
    range: rangeOf(tensor),
    input: (inputs.find(({ name: input, value }) => [input, valueKey(value), value.node].includes(name)) ?? only)?.name,
  }));
  const counts = new Set(described.filter(({ input }) => input !== undefined).map(({ shape }) => shape[0]));
  return { samples: counts.size === 1 ? [...counts][0] : undefined, arrays: described, problem };
}

function problemOf(arrays: ReadonlyMap<string, Tensor>, inputs: readonly ModelInput[]): string | undefined {
  try {
    matchInputs(inputs, arrays);
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

function rangeOf({ data }: Tensor): readonly [number, number] | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? [min, max] : undefined;
}
