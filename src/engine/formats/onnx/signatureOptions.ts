import { UserError } from '../../errors';
import type { Graph, ModelInput, ModelOutput, ValueRef } from '../../graph/graph';
import { sourceOf } from './node';
import type { OnnxModel } from './read';

/** Values that take the place of the model's own inputs and outputs. */
export interface Signature {
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
}

/** The model's inputs: the values named, else its own. Throws UserError for a name not in the graph. */
export function findInputs(graph: Graph, names: readonly string[] | undefined, file: string): ModelInput[] {
  const { inputs, stated } = graph.source as OnnxModel;
  return (names ?? inputs).map((name) => {
    const value = resolveValue(graph, name, file);
    const valueName = nameOf(graph, value);
    return { name: valueName, value, dtype: sourceOf(graph.nodes.get(value.node)!).outputTypes[value.output], shape: stated.get(valueName)?.shape };
  });
}

/** The values the caller fetches: those named, else the model's own. Throws UserError for a name not in the graph. */
export function findOutputs(graph: Graph, names: readonly string[] | undefined, file: string): ModelOutput[] {
  return (names ?? (graph.source as OnnxModel).outputs).map((name) => {
    const value = resolveValue(graph, name, file);
    return { name: nameOf(graph, value), value, dtype: undefined };
  });
}

/** Name of a value of the graph as it was read. */
function nameOf(graph: Graph, { node, output }: ValueRef): string {
  return sourceOf(graph.nodes.get(node)!).outputNames[output]!;
}

/** A value by its own name, or as `node` or `node:2`. */
function resolveValue(graph: Graph, name: string, file: string): ValueRef {
  const own = (graph.source as OnnxModel).values.get(name);
  if (own !== undefined) return own;
  const match = /^(.*):(\d{1,9})$/.exec(name);
  const value = graph.nodes.has(name) || match === null ? { node: name, output: 0 } : { node: match[1]!, output: Number(match[2]) };
  const node = graph.nodes.get(value.node);
  if (node === undefined) throw new UserError(`the graph has no value or node "${name}"`, { file, hint: 'Name a value of the graph, a node, or node:2 for its third output' });
  const { outputNames: names, home } = sourceOf(node);
  if (home !== undefined) throw new UserError('its values cannot be fed or fetched from outside', { file, node: node.name, hint: `Name values of the graph around "${home.owner}"` });
  if ((names[value.output] ?? '') !== '') return value;
  throw new UserError(`there is no output ${value.output}`, { file, node: node.name, hint: `This ${node.op} has ${names.length} outputs, numbered from 0` });
}
