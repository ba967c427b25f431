import type { Attribute } from '../../../graph/attribute';
import { UserError } from '../../../errors';
import type { Node } from '../../../graph/graph';
import type { Body, Calls } from './body';
import type { Gate, Inlined, Inlining, Located } from './instance';
import { addNode, flat, type LoweredCall, listOfTypes } from './lowering';

/**
 * A While as TensorFlow 1's ops (lower_while_op.cc): per loop variable Enter, Merge, Switch, NextIteration and Exit. A
 * variable the body hands on unchanged enters the loop as a constant of it.
 */
export function lowerWhile(inlining: Inlining, { instance, node, id, calls, enter }: LoweredCall<Extract<Calls, { kind: 'while' }>>): Inlined {
  const types = listOfTypes(node, 'T', inlining.file);
  const changes = types.map((_, index) => !isHandedOn(calls.body, index));
  const frame: Record<string, Attribute> = {
    frame_name: { kind: 'string', value: new TextEncoder().encode(id) },
    parallel_iterations: node.attributes.get('parallel_iterations') ?? { kind: 'int', value: 10 },
  };
  const first = changes.indexOf(true);
  if (first < 0) throw new UserError('the loop changes none of its variables, so it would never end', { file: inlining.file, node: node.name, hint: 'Export the SavedModel again' });
  const name = (what: string): string => inlining.naming.of(`${id}/${what}`);
  const outer = instance.gate;
  const mergeNames = types.map((_, index) => (changes[index] ? name(`merge_${index}`) : ''));
  const [condGate, bodyGate]: [Gate, Gate] = [{ id: mergeNames[first]! }, { id: name('body_runs') }];
  const [cond, body] = [enter(calls.cond, condGate), enter(calls.body, bodyGate)];
  const condition = addNode(inlining, name('condition'), 'LoopCond', {}, [{ instance: cond, value: calls.cond.results[0]! }], { gate: condGate, isGated: false });

  const exits: string[] = [];
  const values = types.map((type, index): Located => {
    const given: Located = { instance, value: node.inputs[index]! };
    const T: Attribute = { kind: 'type', value: type };
    const start = addNode(inlining, name(`enter_${index}`), 'Enter', { T, ...frame, is_constant: { kind: 'bool', value: !changes[index] } }, [given], { gate: outer, isGated: true });
    if (!changes[index]) {
      cond.bindings.set(index, start);
      body.bindings.set(index, start);
      return given;
    }
    const next = name(`next_${index}`);
    const merge = addNode(inlining, mergeNames[index]!, 'Merge', { T, N: { kind: 'int', value: 2 } }, [start, flat(next)], { gate: condGate, isGated: false });
    const split = addNode(inlining, name(`switch_${index}`), 'Switch', { T }, [merge, condition], { gate: bodyGate, isGated: false });
    if (index === first) addNode(inlining, bodyGate.id, 'Identity', { T }, [flat(split.value.node, 1)], { gate: bodyGate, isGated: false });
    const waits = inlining.effects.get(calls.body)!.map((effect) => ({ instance: body, node: effect }));
    addNode(inlining, next, 'NextIteration', { T }, [{ instance: body, value: calls.body.results[index]! }], { gate: bodyGate, isGated: true, waits });
    cond.bindings.set(index, merge);
    body.bindings.set(index, flat(split.value.node, 1));
    const exit = addNode(inlining, name(`exit_${index}`), 'Exit', { T }, [split], { gate: outer, isGated: false });
    exits.push(exit.value.node);
    return exit;
  });
  return { kind: 'values', values, waits: [calls.cond, calls.body].some((called) => inlining.effects.get(called)!.length > 0) ? exits.slice(0, 1) : [] };
}

/** Whether the body returns its argument as it is, through nodes that change nothing. */
function isHandedOn(body: Body, index: number): boolean {
  let value = body.results[index];
  for (let steps = 0; value !== undefined && value.output === 0 && steps <= body.nodes.size; steps++) {
    const argument = body.arguments.get(value.node);
    if (argument !== undefined) return argument === index;
    const node: Node | undefined = body.nodes.get(value.node);
    if (node?.op !== 'Identity') return false;
    value = node.inputs[0];
  }
  return false;
}
