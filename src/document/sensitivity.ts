import type { SearchSpace } from '../engine/tuning/candidate';
import { sensitivities } from '../engine/tuning/sensitivity';
import type { GraphTables, OpError, SensitivityTable } from '../../webview/protocol';
import { nodeOfId } from '../../webview/tables';

/** How far the output is off where one op alone is lowered, by id: the lowest precision first. */
export type OpErrors = ReadonlyMap<string, readonly OpError[]>;

/** What is known of a model's ops. */
export class Sensitivity {
  private known: OpErrors = new Map();

  constructor(private readonly changed: () => void) {}

  /** Empty until they are measured. */
  get errors(): OpErrors {
    return this.known;
  }

  set errors(errors: OpErrors) {
    if (errors.size === 0 && this.known.size === 0) return;
    this.known = errors;
    this.changed();
  }
}

/** Of the answer to `sensitivityTask`. Op types stand for no single op, and are left out. */
export function opErrors(space: SearchSpace, errors: readonly number[]): OpErrors {
  const byUnit = sensitivities(space, errors);
  return new Map(space.units.flatMap(({ kind, nodes: [id] }, unit) => {
    const measured = [...byUnit[unit]!].flatMap(([precision, error]) => (precision === 'fp32' ? [] : [{ precision, decibels: -10 * Math.log10(error) }]));
    return kind === 'op' && measured.length > 0 ? [[id!, measured] as const] : [];
  }));
}

/** For the graph: each op at its lowest precision; ops that are not in the picture are left out. */
export function sensitivityTable(graph: GraphTables, errors: OpErrors): SensitivityTable | undefined {
  const measured = [...errors].map(([id, [lowest]]) => ({ node: nodeOfId(graph, id), decibels: lowest!.decibels })).filter(({ node }) => node >= 0);
  if (measured.length === 0) return undefined;
  return { nodes: Int32Array.from(measured, ({ node }) => node), decibels: Float64Array.from(measured, ({ decibels }) => decibels) };
}
