import { UserError } from '../../../errors';
import type { Node } from '../../../graph/graph';
import { constantNode } from '../boundaryNodes';
import { tensorAttribute } from '../tensor';
import type { FreezeContext } from './freeze';
import type { StoredVariable } from './restoredVariables';
import { openTensorBundle } from './tensorBundle';

/**
 * Constants with the names and the stored values of the variables. `stored` says where each is kept; one it does not know
 * may be kept under the name by which graphs share it. Reads nothing else of the data files. Throws UserError for a
 * variable without a value and for data that is missing or damaged.
 */
export async function variableConstants(
  variables: readonly Node[], stored: ReadonlyMap<string, StoredVariable>, { file, bundle: prefix, beside, progress }: FreezeContext,
): Promise<ReadonlyMap<string, Node>> {
  const constants = new Map<string, Node>();
  if (variables.length === 0) return constants;
  const bundle = await openTensorBundle(prefix, beside);
  const places = placesByName(variables, stored);
  for (const [index, variable] of variables.entries()) {
    progress.throwIfCancelled();
    progress.report('Reading variables', index / variables.length);
    const name = sharedName(variable);
    const place = places.get(variable.id) ?? (bundle.has(name) ? { key: name, slice: undefined } : undefined);
    if (place === undefined) {
      throw new UserError(`the variable has no stored value`, { file, node: variable.name, hint: 'Save the model again after the variable is initialised' });
    }
    const { dtype, shape, bytes } = await bundle.read(place.key, place.slice);
    const declared = variable.attributes.get('dtype');
    if (declared?.kind === 'type' && declared.value !== dtype) {
      throw new UserError(`the variable is ${declared.value}, but its stored value is ${dtype}`, { file, node: variable.name, hint: 'Export the SavedModel again' });
    }
    const constant = constantNode(variable.id, tensorAttribute(dtype, shape, { tensorContent: bytes }), variable.controlInputs);
    constants.set(variable.id, variable.device === undefined ? constant : { ...constant, device: variable.device });
  }
  return constants;
}

/** Nodes with the same shared name stand for one variable. */
function placesByName(variables: readonly Node[], stored: ReadonlyMap<string, StoredVariable>): ReadonlyMap<string, StoredVariable> {
  const byName = new Map<string, StoredVariable>();
  for (const variable of variables) {
    const place = stored.get(variable.id);
    if (place !== undefined) byName.set(sharedName(variable), place);
  }
  const places = variables.map((variable) => [variable.id, stored.get(variable.id) ?? byName.get(sharedName(variable))] as const);
  return new Map(places.filter((entry): entry is [string, StoredVariable] => entry[1] !== undefined));
}

function sharedName(variable: Node): string {
  const shared = variable.attributes.get('shared_name');
  const text = shared?.kind === 'string' ? new TextDecoder().decode(shared.value) : '';
  return text === '' ? variable.name : text;
}
