import type { TypeGroup } from '../dialect';
import type { DataType } from '../graph/dataType';

/** Types of a node's inputs and outputs, by their index; undefined where they are not known. */
export interface ValueTypes {
  readonly inputTypes: readonly (DataType | undefined)[];
  readonly outputTypes: readonly (DataType | undefined)[];
}

/** The types of a node with the named groups set. */
export function retyped(groups: readonly TypeGroup[], before: ValueTypes, types: ReadonlyMap<string, DataType>): ValueTypes {
  const inputTypes = [...before.inputTypes];
  const outputTypes = [...before.outputTypes];
  for (const { name, inputs, outputs } of groups) {
    const type = types.get(name);
    if (type === undefined) continue;
    for (const input of inputs) inputTypes[input] = type;
    for (const output of outputs) outputTypes[output] = type;
  }
  return { inputTypes, outputTypes };
}
