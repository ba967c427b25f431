import type { DataView } from '../../../webview/protocol';
import { surveyArrays } from '../data/npz';
import type { ArraySummary } from '../data/summary';
import { UserError } from '../errors';
import type { ModelCall } from '../graph/signatures';
import type { ArraySource } from '../host';
import { callsWithData, checkArray, nameOfArray, namesOfArrays } from './matchInputs';

/** What a `.npz` file, or a folder of `.npy` files, of calibration data holds beside the inputs it is for. Reads every element once; memory does not grow with the file. */
export async function describeData(source: ArraySource, calls: readonly ModelCall[]): Promise<DataView> {
  const arrays = new Map<string, ArraySummary>();
  const unreadable = await problemOf(() => surveyArrays(source, (name, summary) => arrays.set(name, summary)));
  const served = callsWithData(calls, arrays);
  const problem = unreadable ?? (await problemOf(() => {
    for (const { inputs } of served) for (const [input, name] of namesOfArrays(inputs, arrays)) checkArray(input, arrays.get(name)!);
  }));
  const inputOf = (name: string): string | undefined =>
    served.flatMap(({ inputs }) => inputs.filter((input) => nameOfArray(input, inputs, arrays) === name))[0]?.name;
  const described = [...arrays].map(([name, { dtype, shape, range }]) => ({ name, dtype, shape, range, input: inputOf(name) }));
  const counts = new Set(described.filter(({ input }) => input !== undefined).map(({ shape }) => shape[0]));
  const unserved = calls.filter((call) => !served.includes(call)).map(({ signature, inputs }) => ({ signature: signature!, inputs: inputs.map(({ name }) => name) }));
  return { samples: counts.size === 1 ? [...counts][0] : undefined, arrays: described, unserved, problem };
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
