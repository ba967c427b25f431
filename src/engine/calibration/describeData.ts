import type { DataView } from '../../../webview/protocol';
import { surveyNpz } from '../data/npz';
import type { ArraySummary } from '../data/summary';
import { UserError } from '../errors';
import type { ModelInput } from '../graph/graph';
import type { ByteSource } from '../host';
import { checkArray, nameOfArray, namesOfArrays } from './matchInputs';

/** What a `.npz` file of calibration data holds beside the inputs it is for. Reads every element once; memory does not grow with the file. */
export async function describeData(source: ByteSource, inputs: readonly ModelInput[]): Promise<DataView> {
  const arrays = new Map<string, ArraySummary>();
  const unreadable = await problemOf(() => surveyNpz(source, (name, summary) => arrays.set(name, summary)));
  const problem = unreadable ?? (await problemOf(() => {
    for (const [input, name] of namesOfArrays(inputs, arrays)) checkArray(input, arrays.get(name)!);
  }));
  const described = [...arrays].map(([name, { dtype, shape, range }]) =>
    ({ name, dtype, shape, range, input: inputs.find((input) => nameOfArray(input, inputs, arrays) === name)?.name }));
  const counts = new Set(described.filter(({ input }) => input !== undefined).map(({ shape }) => shape[0]));
  return { samples: counts.size === 1 ? [...counts][0] : undefined, arrays: described, problem };
}

async function problemOf(work: () => void | Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
