import { UserError } from '../../../errors';
import { type Node, type ValueRef, valueKey } from '../../../graph/graph';
import type { Effects } from './effects';
import type { FlatGraph } from './inline';
import type { Gate, Inlining, Instance, Located, PendingNode, Waited } from './instance';
import { READS_OF_VARIABLES } from './variableReads';

/** Do nothing that others could wait for, unless they wait for something themselves. */
const INERT: ReadonlySet<string> = new Set(['Const', 'Identity', 'IdentityN', 'NoOp', 'Placeholder']);

/** Gives the nodes of a flat graph their inputs, across the calls that no longer are. */
export function connect(root: Instance, inlining: Inlining): FlatGraph {
  const values = new Map<Instance, Map<string, ValueRef>>();
  const valueOf = (located: Located): ValueRef => resolve(located, values, inlining.file);
  const waits = new Map<Instance, Map<string, readonly string[]>>();
  const waitsOf = (waited: Waited): readonly string[] => expand(waited, inlining.effects, waits);

  const inputs = new Map(inlining.pending.map((pending) => [pending, pending.inputs.map(valueOf)]));
  const controls = new Map(inlining.pending.map((pending) => [pending, pending.waits.flatMap(waitsOf)]));
  const inert = inertNodes(inlining.pending, inputs, controls);
  const nodes = new Map<string, Node>();
  for (const pending of inlining.pending) {
    const waitedFor = controls.get(pending)!.filter((id) => !inert.has(id));
    nodes.set(pending.node.id, connected(pending, inputs.get(pending)!, waitedFor, inlining.gates));
  }
  return {
    nodes,
    valueOf: (value) => valueOf({ instance: root, value }),
    waitsOf: (node) => waitsOf({ instance: root, node }).filter((id) => !inert.has(id)),
  };
}

function connected({ node, gate, isGated }: PendingNode, inputs: readonly ValueRef[], waits: readonly string[], gates: Inlining['gates']): Node {
  const controls = [...new Set(waits)];
  if (isGated && gate !== undefined && !inputs.some((value) => gateOf(value, gates) === gate) && !controls.some((id) => gates.get(id) === gate)) controls.push(gate.id);
  const isSame = sameValues(inputs, node.inputs) && controls.length === node.controlInputs.length && controls.every((id, i) => id === node.controlInputs[i]);
  return isSame ? node : { ...node, inputs, controlInputs: controls };
}

function gateOf(value: ValueRef, gates: Inlining['gates']): Gate | undefined {
  return gates.get(valueKey(value)) ?? gates.get(value.node);
}

function sameValues(a: readonly ValueRef[], b: readonly ValueRef[]): boolean {
  return a.length === b.length && a.every(({ node, output }, i) => node === b[i]!.node && output === b[i]!.output);
}

/** Follows a value into the bodies of calls and out through their arguments; what was found once is kept for every step. */
function resolve(start: Located, known: Map<Instance, Map<string, ValueRef>>, file: string): ValueRef {
  const passed: { instance: Instance; key: string }[] = [];
  let { instance, value } = start;
  while (instance !== undefined) {
    const key = valueKey(value);
    const found: ValueRef | undefined = known.get(instance)?.get(key);
    if (found !== undefined) {
      value = found;
      break;
    }
    passed.push({ instance, key });
    ({ instance, value } = step(instance, value, file));
  }
  for (const { instance: at, key } of passed) {
    const of = known.get(at);
    if (of === undefined) known.set(at, new Map([[key, value]]));
    else of.set(key, value);
  }
  return value;
}

function step(instance: Instance, value: ValueRef, file: string): Located {
  const argument = instance.body.arguments.get(value.node);
  if (argument !== undefined) return instance.bindings.get(argument) ?? argumentOfCall(instance, argument, file);
  const inlined = instance.inlined.get(value.node);
  if (inlined === undefined) return { instance: undefined, value: { node: instance.ids.get(value.node) ?? value.node, output: value.output } };
  const results = inlined.kind === 'call' ? inlined.instance.body.results : inlined.values;
  const result = results[value.output];
  if (result === undefined) throw new UserError(`output ${value.output} of this call is read, but the function returns ${results.length} values`, { file, node: value.node, hint: 'Export the SavedModel again' });
  return inlined.kind === 'call' ? { instance: inlined.instance, value: result as ValueRef } : (result as Located);
}

function argumentOfCall({ call, body }: Instance, argument: number, file: string): Located {
  const value = call!.node.inputs[argument];
  if (value === undefined) throw new UserError(`it calls "${body.name}" with too few arguments`, { file, node: call!.node.name, hint: 'Export the SavedModel again' });
  return { instance: call!.instance, value };
}

/** The nodes whose run means that a node of a body has run: for a call, what runs in it for its effect. */
function expand(start: Waited, effects: Effects, known: Map<Instance, Map<string, readonly string[]>>): readonly string[] {
  if (start.instance === undefined) return [start.node];
  const found = known.get(start.instance)?.get(start.node);
  if (found !== undefined) return found;
  const ids = new Set<string>();
  const seen = new Map<Instance, Set<string>>();
  const stack = [start as { instance: Instance; node: string }];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { instance, node } = at;
    const visited = seen.get(instance) ?? new Set();
    seen.set(instance, visited.add(node));
    const inlined = instance.inlined.get(node);
    if (inlined === undefined) {
      const id = instance.ids.get(node);
      if (id !== undefined) ids.add(id);
    } else if (inlined.kind === 'values') {
      for (const id of inlined.waits) ids.add(id);
    } else {
      for (const effect of effects.get(inlined.instance.body)!) if (!seen.get(inlined.instance)?.has(effect)) stack.push({ instance: inlined.instance, node: effect });
    }
  }
  const result = [...ids];
  const of = known.get(start.instance);
  if (of === undefined) known.set(start.instance, new Map([[start.node, result]]));
  else of.set(start.node, result);
  return result;
}

/** Nodes nobody has to wait for: reading a variable that never changes, and what only waits for such nodes. */
function inertNodes(
  pending: readonly PendingNode[], inputs: ReadonlyMap<PendingNode, readonly ValueRef[]>, controls: ReadonlyMap<PendingNode, readonly string[]>,
): ReadonlySet<string> {
  const readers = new Map<string, PendingNode[]>();
  const left = new Map<PendingNode, number>();
  const inert = new Set<string>();
  const queue: PendingNode[] = [];
  for (const candidate of pending) {
    const isRead = READS_OF_VARIABLES.has(candidate.node.op);
    if (!INERT.has(candidate.node.op) && !isRead) continue;
    const needed = isRead ? new Set<string>() : new Set([...inputs.get(candidate)!.map((value) => value.node), ...controls.get(candidate)!]);
    left.set(candidate, needed.size);
    if (needed.size === 0) queue.push(candidate);
    for (const id of needed) {
      const of = readers.get(id);
      if (of === undefined) readers.set(id, [candidate]);
      else of.push(candidate);
    }
  }
  for (const { node } of queue) {
    inert.add(node.id);
    for (const reader of readers.get(node.id) ?? []) {
      const rest = left.get(reader)! - 1;
      left.set(reader, rest);
      if (rest === 0) queue.push(reader);
    }
  }
  return inert;
}
