import type { SharedType, TypeGroup } from '../../dialect';
import type { DataType } from '../../graph/dataType';
import type { Graph, Node } from '../../graph/graph';
import { intOf } from './attributes';
import { type Body, resultsOf } from './bodies';
import { inputAt, ownInputs, sourceOf } from './node';

/** Operator set from which on Scan knows no batches. */
export const SCAN_WITHOUT_BATCHES = 9;

/**
 * A value on its way through the graphs a node runs: inputs of the node, what it begins as and the graphs' results among
 * them, and outputs. All have one type.
 */
interface Passage {
  readonly name: string;
  readonly inputs: readonly (number | undefined)[];
  readonly outputs: readonly number[];
  /** Position among the inputs of the graph of the one that stands for the value inside. */
  readonly parameter?: number;
}

/** A name that begins with the type variable of the ops, for the table of ops to be asked with. */
const nameOf = (kind: string, index: number): string => `V[${kind} ${index}]`;

type Passages = (node: Node) => readonly Passage[];

/** By op, what goes through (onnx/defs/controlflow); none for what keeps its types. */
const PASSAGES: Readonly<Record<string, Passages>> = {
  If: (node) => {
    const branches = resultInputs(node);
    return sourceOf(node).outputNames.map((_, index) => ({ name: nameOf('chosen', index), inputs: branches.map((inputs) => inputs[index]), outputs: [index] }));
  },
  // The trip limit and the condition come before the values carried; the condition is the first result.
  Loop: (node) => {
    const results = resultInputs(node)[0]!.slice(1);
    const count = sourceOf(node).inputNames.length - 2;
    return results.map((result, index) => (index < count
      ? { name: nameOf('carried', index), inputs: [inputAt(node, index + 2), result], outputs: [index], parameter: index + 2 }
      : { name: nameOf('stacked', index), inputs: [result], outputs: [index] }));
  },
  Scan: (node) => {
    const source = sourceOf(node);
    if (source.versions!.opsets.get('')! < SCAN_WITHOUT_BATCHES) return [];
    const own = ownInputs(source);
    const count = own - intOf(node.attributes, 'num_scan_inputs', 0);
    const results = resultInputs(node)[0]!.map((result, index): Passage => (index < count
      ? { name: nameOf('carried', index), inputs: [index, result], outputs: [index], parameter: index }
      : { name: nameOf('stacked', index), inputs: [result], outputs: [index] }));
    const scanned = Array.from({ length: own - count }, (_, index): Passage => ({ name: nameOf('scanned', index), inputs: [count + index], outputs: [], parameter: count + index }));
    return [...results, ...scanned];
  },
};

/** Where the results of each graph are among the node's inputs. */
function resultInputs(node: Node): number[][] {
  let at = ownInputs(sourceOf(node));
  return resultsOf(node).map(([, values]) => values.map(() => at++));
}

function passagesOf(node: Node): readonly Passage[] {
  return sourceOf(node).bodies === undefined || !Object.hasOwn(PASSAGES, node.op) ? [] : PASSAGES[node.op]!(node);
}

/** Type groups of a node that runs graphs whose nodes are in the graph, too: one for each value that goes through. */
export function passageGroups(node: Node): readonly TypeGroup[] {
  const { inputTypes, outputTypes, outputNames } = sourceOf(node);
  return passagesOf(node).flatMap(({ name, inputs, outputs }): TypeGroup[] => {
    const named = outputs.filter((output) => (outputNames[output] ?? '') !== '');
    const types = [...inputs.map((input) => (input === undefined ? undefined : inputTypes[input])), ...named.map((output) => outputTypes[output])];
    const [dtype] = types;
    return dtype === undefined || types.some((type) => type !== dtype) ? [] : [{ name, dtype, inputs: inputs as readonly number[], outputs: named }];
  });
}

/** Types of the inputs of the graph a node runs, by their place, as far as they are tied to what the node gives them. */
export function parameterTypes(node: Node): ReadonlyMap<number, DataType> {
  const types = new Map(passageGroups(node).map(({ name, dtype }) => [name, dtype]));
  return new Map(passagesOf(node).flatMap(({ name, parameter }) => (parameter === undefined || !types.has(name) ? [] : [[parameter, types.get(name)!] as const])));
}

/** The type group of an input of such a graph. */
export function parameterGroups(node: Node): readonly TypeGroup[] {
  const { home, inputTypes, outputTypes: [dtype], versions } = sourceOf(node);
  const isTied = home?.op === 'Loop' || (home?.op === 'Scan' && versions!.opsets.get('')! >= SCAN_WITHOUT_BATCHES);
  if (!isTied || dtype === undefined || inputTypes.some((type) => type !== dtype)) return [];
  return [{ name: 'V', dtype, inputs: inputTypes.map((_, input) => input), outputs: [0] }];
}

const UNKNOWN = 'ONNX gives it one type inside and outside of the graphs it goes through, and not all of them say which.';

/** What goes into a graph has one type with what stands for it inside. `groupsOf`: the type groups of a node. Linear. */
export function sharedTypes(graph: Graph, groupsOf: (node: Node) => readonly TypeGroup[]): readonly SharedType[] {
  const parameters = new Map<Body, Map<number, Node>>();
  for (const node of graph.nodes.values()) {
    const { kind, home, position } = sourceOf(node);
    if (kind !== 'parameter') continue;
    const own = parameters.get(home!) ?? new Map<number, Node>();
    parameters.set(home!, own.set(position!, node));
  }
  return [...graph.nodes.values()].flatMap((node) => {
    const [body] = sourceOf(node).bodies ?? [];
    const inside = body === undefined ? undefined : parameters.get(body);
    if (inside === undefined) return [];
    const present = new Set(groupsOf(node).map(({ name }) => name));
    return passagesOf(node).flatMap(({ name, parameter }): SharedType[] => {
      const stand = parameter === undefined ? undefined : inside.get(parameter);
      const members = [
        ...(present.has(name) && parameter !== undefined ? [{ node: node.id, group: name }] : []),
        ...(stand === undefined ? [] : groupsOf(stand).map((group) => ({ node: stand.id, group: group.name }))),
      ];
      return members.length === 0 ? [] : [{ members, ...(members.length === 1 ? { fixed: UNKNOWN } : {}) }];
    });
  });
}
