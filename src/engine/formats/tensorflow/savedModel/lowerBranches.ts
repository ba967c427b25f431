import type { Attribute } from '../../../graph/attribute';
import type { DataType } from '../../../graph/dataType';
import type { Body } from './body';
import type { Gate, Inlined, Inlining, Instance, Located } from './instance';
import { addNode, flat, type LoweredCall } from './lowering';

/** One of several functions of which a call runs one. */
export interface Branch {
  readonly gate: Gate;
  readonly instance: Instance;
  /** For names. */
  readonly which: string;
}

const T = (value: DataType): Attribute => ({ kind: 'type', value });

/** A branch that runs when output `taken` of the Switch `split` is live. */
export function enterBranch(inlining: Inlining, { id, enter }: LoweredCall<unknown>, body: Body, which: string, split: Located, taken: 0 | 1): Branch {
  const gate: Gate = { id: inlining.naming.of(`${id}/${which}_runs`) };
  addNode(inlining, gate.id, 'Identity', { T: T('bool') }, [flat(split.value.node, taken)], { gate, isGated: false });
  return { gate, instance: enter(body, gate), which };
}

/** Gives a branch an argument through a Switch. */
export function bindSwitched(inlining: Inlining, { gate, instance }: Branch, index: number, split: Located, taken: 0 | 1): void {
  instance.bindings.set(index, flat(split.value.node, taken));
  inlining.gates.set(`${split.value.node}:${taken}`, gate);
}

/** The results of the branch that runs: a Merge for each, or, where there are none, one to wait for. */
export function mergeBranches(inlining: Inlining, { instance, id }: LoweredCall<unknown>, branches: readonly Branch[], types: readonly DataType[]): Inlined {
  const name = (what: string): string => inlining.naming.of(`${id}/${what}`);
  const free = { gate: instance.gate, isGated: false };
  const N: Attribute = { kind: 'int', value: branches.length };
  const waitsFor = ({ instance: callee }: Branch): { instance: Instance; node: string }[] => inlining.effects.get(callee.body)!.map((effect) => ({ instance: callee, node: effect }));
  const values = types.map((type, index): Located => {
    const results = branches.map((branch) =>
      addNode(inlining, name(`${branch.which}_${index}`), 'Identity', { T: T(type) }, [{ instance: branch.instance, value: branch.instance.body.results[index]! }], {
        gate: branch.gate, isGated: true, waits: waitsFor(branch),
      }));
    return addNode(inlining, name(`merge_${index}`), 'Merge', { T: T(type), N }, results, free);
  });
  if (branches.every((branch) => waitsFor(branch).length === 0)) return { kind: 'values', values, waits: [] };
  if (values.length > 0) return { kind: 'values', values, waits: [values[0]!.value.node] };
  const done = branches.map((branch) =>
    addNode(inlining, name(`${branch.which}_done`), 'Identity', { T: T('bool') }, [flat(branch.gate.id)], { gate: branch.gate, isGated: false, waits: waitsFor(branch) }));
  return { kind: 'values', values, waits: [addNode(inlining, name('done'), 'Merge', { T: T('bool'), N }, done, free).value.node] };
}
