import type { NodeDetails as EngineDetails, ValueDetails } from '../../webview/protocol';
import type { PlanView } from '../engine/conversion';
import type { NodeDetails, Plan, Value } from './types';

/** The plan without what only an editor of the file needs. */
export function planOf({ opTypes, warnings, problems }: PlanView): Plan {
  return {
    opTypes: opTypes.map(({ op, count, capability, planned }) => ({ op, count, capability, planned })),
    warnings: [...problems.filter(({ severity }) => severity !== 'information').map(({ message }) => ({ message })), ...warnings],
  };
}

/** Details without ids. */
export function detailsOf({ name, sourceName, op, precision, why, inputs, outputs, attributes, changes }: EngineDetails): NodeDetails {
  return {
    name,
    ...(sourceName === undefined ? {} : { sourceName }),
    op,
    precision,
    why,
    inputs: inputs.map(valueOf),
    outputs: outputs.map(valueOf),
    attributes: Object.fromEntries(attributes.map(({ name, value }) => [name, value])),
    changes: changes.map(({ phase, rule, reason }) => ({ phase, rule, reason })),
  };
}

function valueOf({ name, dtype, shape, min, max }: ValueDetails): Value {
  return { name, dtype, shape, ...(min === undefined || max === undefined ? {} : { range: { min, max } }) };
}
