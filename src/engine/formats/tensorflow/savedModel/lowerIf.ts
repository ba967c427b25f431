import type { Attribute } from '../../../graph/attribute';
import type { Body, Calls } from './body';
import type { Gate, Inlined, Inlining, Instance, Located } from './instance';
import { addNode, flat, listOfTypes, type LoweredCall } from './lowering';

/**
 * An If as TensorFlow 1's ops (lower_if_op.cc): a Switch per argument, both branches, a Merge per result. Resources go
 * into the branches as they are: what reads one waits for its branch.
 */
export function lowerIf(inlining: Inlining, { instance, node, id, calls, enter }: LoweredCall<Extract<Calls, { kind: 'if' }>>): Inlined {
  const [inputs, outputs] = [listOfTypes(node, 'Tin', inlining.file), listOfTypes(node, 'Tout', inlining.file)];
  const name = (what: string): string => inlining.naming.of(`${id}/${what}`);
  const outer = { gate: instance.gate, isGated: true };
  const free = { gate: instance.gate, isGated: false };
  const T = (value: (typeof inputs)[number]): Attribute => ({ kind: 'type', value });

  const tested = node.attributes.get('Tcond');
  const given: Located = { instance, value: node.inputs[0]! };
  const isBoolean = tested?.kind === 'type' && tested.value === 'bool';
  const condition = isBoolean ? given : addNode(inlining, name('condition'), 'ToBool', tested === undefined ? {} : { T: tested }, [given], outer);
  const split = addNode(inlining, name('switch'), 'Switch', { T: T('bool') }, [condition, condition], outer);

  const branch = (body: Body, taken: 0 | 1, which: string): { gate: Gate; instance: Instance } => {
    const gate: Gate = { id: name(`${which}_runs`) };
    addNode(inlining, gate.id, 'Identity', { T: T('bool') }, [flat(split.value.node, taken)], { gate, isGated: false });
    return { gate, instance: enter(body, gate) };
  };
  const branches = [branch(calls.else, 0, 'else'), branch(calls.then, 1, 'then')] as const;

  inputs.forEach((type, index) => {
    if (type === 'resource') return;
    const argument = addNode(inlining, name(`switch_${index}`), 'Switch', { T: T(type) }, [{ instance, value: node.inputs[index + 1]! }, condition], outer);
    branches.forEach(({ gate, instance: callee }, taken) => {
      callee.bindings.set(index, flat(argument.value.node, taken));
      inlining.gates.set(`${argument.value.node}:${taken}`, gate);
    });
  });
  for (const { instance: callee } of branches) {
    inputs.forEach((_, index) => {
      if (!callee.bindings.has(index)) callee.bindings.set(index, { instance, value: node.inputs[index + 1]! });
    });
  }

  const waitsFor = ({ instance: callee }: (typeof branches)[number]): { instance: Instance; node: string }[] => inlining.effects.get(callee.body)!.map((effect) => ({ instance: callee, node: effect }));
  const values = outputs.map((type, index): Located => {
    const results = branches.map((taken, which) =>
      addNode(inlining, name(`${which === 0 ? 'else' : 'then'}_${index}`), 'Identity', { T: T(type) }, [{ instance: taken.instance, value: taken.instance.body.results[index]! }], {
        gate: taken.gate, isGated: true, waits: waitsFor(taken),
      }));
    return addNode(inlining, name(`merge_${index}`), 'Merge', { T: T(type), N: { kind: 'int', value: 2 } }, results, free);
  });
  if (branches.every((taken) => waitsFor(taken).length === 0)) return { kind: 'values', values, waits: [] };
  if (values.length > 0) return { kind: 'values', values, waits: [values[0]!.value.node] };
  const done = branches.map((taken, which) =>
    addNode(inlining, name(`${which === 0 ? 'else' : 'then'}_done`), 'Identity', { T: T('bool') }, [flat(taken.gate.id)], { gate: taken.gate, isGated: false, waits: waitsFor(taken) }));
  return { kind: 'values', values, waits: [addNode(inlining, name('done'), 'Merge', { T: T('bool'), N: { kind: 'int', value: 2 } }, done, free).value.node] };
}
