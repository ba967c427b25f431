import { opDefinition, type Argument } from '../../capabilities/tensorflow';
import { UserError } from '../../errors';
import { type Graph, type ModelInput, type ModelOutput, type Node, type ValueRef, valueKey } from '../../graph/graph';
import { inferShapes } from './shapes/inferShapes';

/** Ops that a graph has in the place of what callers give. */
export const PLACEHOLDERS: ReadonlySet<string> = new Set(['Placeholder', 'PlaceholderWithDefault', 'PlaceholderV2']);

/** Ops with outputs that nobody runs a model for: nothing reading them does not make them a result. */
const NO_RESULT = new Set([
  ...PLACEHOLDERS, 'Const', 'Print', 'Assign', 'AssignAdd', 'AssignSub', 'Restore', 'RestoreSlice', 'RestoreV2', 'ShardedFilename',
  'VariableV2', 'Variable', 'VarHandleOp', 'MergeSummary', 'ScalarSummary', 'HistogramSummary', 'ImageSummary',
]);

/** Placeholders TensorFlow leaves behind when it lowers loops and conditionals; nothing reads them. */
const LEFT_BY_LOWERING = /(^|\/)unused_control_flow_input(_\d+)?$/;

/** The model's inputs: the values named, else its placeholders in file order. Throws UserError for a name not in the graph. */
export function findInputs(graph: Graph, names: readonly string[] | undefined, file: string): ModelInput[] {
  if (names !== undefined) {
    const values = names.map((name) => resolveValue(graph, name, file));
    // What is computed states no shape. Whether its first axis counts samples shows in the shape that follows from the graph.
    const inferred = values.some(({ node }) => graph.nodes.get(node)!.inputs.length > 0) ? inferShapes(graph) : undefined;
    return values.map((value) => inputAt(graph, value)).map((input) => ({ ...input, shape: input.shape ?? inferred?.get(valueKey(input.value)) }));
  }
  const placeholders = [...graph.nodes.values()].filter((node) => PLACEHOLDERS.has(node.op) && !LEFT_BY_LOWERING.test(node.name));
  return placeholders.map((node) => inputAt(graph, { node: node.id, output: 0 }));
}

function inputAt(graph: Graph, value: ValueRef): ModelInput {
  const { op, attributes } = graph.nodes.get(value.node)!;
  const states = PLACEHOLDERS.has(op) || op === 'Const';
  const dtype = states ? attributes.get('dtype') : undefined;
  const shape = op === 'Const' ? attributes.get('value') : states ? attributes.get('shape') : undefined;
  return {
    name: valueName(value),
    value,
    dtype: dtype?.kind === 'type' ? dtype.value : undefined,
    shape: shape?.kind === 'shape' ? shape.value : shape?.kind === 'tensor' ? shape.shape : undefined,
  };
}

/**
 * The model's outputs: the values named, else every output of the nodes that nothing uses, in file order. Nodes
 * run for their effect alone are left out, unless nothing else remains. Throws UserError for a name not in the graph.
 */
export function findOutputs(graph: Graph, names: readonly string[] | undefined, file: string): ModelOutput[] {
  if (names !== undefined) return names.map((name) => outputAt(resolveValue(graph, name, file)));
  const used = usedNodes(graph);
  const unread = [...graph.nodes.values()].filter((node) => !used.has(node.id));
  const results = unread.filter((node) => !NO_RESULT.has(node.op)).flatMap(outputsOf);
  return results.length > 0 ? results : unread.flatMap(outputsOf);
}

/** Nodes whose values are read, or that something waits for which in turn produces a value or lets others start. */
function usedNodes(graph: Graph): Set<string> {
  const used = new Set<string>();
  const waitedFor = new Set([...graph.nodes.values()].flatMap((node) => node.controlInputs));
  for (const node of graph.nodes.values()) {
    for (const value of node.inputs) used.add(value.node);
    if (waitedFor.has(node.id) || outputCount(node) !== 0) for (const id of node.controlInputs) used.add(id);
  }
  return used;
}

function outputsOf(node: Node): ModelOutput[] {
  return Array.from({ length: outputCount(node) ?? 1 }, (_, output) => outputAt({ node: node.id, output }));
}

function outputAt(value: ValueRef): ModelOutput {
  return { name: valueName(value), value, dtype: undefined };
}

/** Number of outputs of a node, or undefined for an op (or an attribute) TensorFlow does not define. */
export function outputCount(node: Node): number | undefined {
  const definition = opDefinition(node.op);
  if (definition === undefined) return undefined;
  let count = 0;
  for (const argument of definition.outputs) {
    const length = argumentLength(argument, node);
    if (length === undefined) return undefined;
    count += length;
  }
  return count;
}

/** How many outputs an argument of the op definition stands for, or undefined where the node does not tell. */
export function argumentLength(argument: Argument, node: Node): number | undefined {
  if (argument.numberAttr !== undefined) {
    const number = node.attributes.get(argument.numberAttr);
    return number?.kind === 'int' ? Number(number.value) : undefined;
  }
  if (!argument.isList) return 1;
  const types = node.attributes.get(argument.typeAttr!);
  // A list without entries does not tell its kind.
  return types?.kind === 'types' || (types?.kind === 'ints' && types.value.length === 0) ? types.value.length : undefined;
}

/** `node` or `node:2`, as users write values. */
function resolveValue(graph: Graph, name: string, file: string): ValueRef {
  const match = /^(.*):(\d{1,9})$/.exec(name);
  const value = match === null ? { node: name, output: 0 } : { node: match[1]!, output: Number(match[2]) };
  const node = graph.nodes.get(value.node);
  if (node === undefined) throw new UserError(`the graph has no node "${value.node}"`, { file, hint: 'Name a node of the graph, or node:2 for its third output' });
  const count = outputCount(node);
  if (count !== undefined && value.output >= count) {
    throw new UserError(`there is no output ${value.output}`, { file, node: node.name, hint: `The outputs of ${node.op} here are numbered 0 to ${count - 1}` });
  }
  return value;
}

function valueName(value: ValueRef): string {
  return value.output === 0 ? value.node : `${value.node}:${value.output}`;
}
