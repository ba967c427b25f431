import { opDefinition } from '../../capabilities/tensorflow';
import { type Graph, type Node, type ValueRef, valueKey } from '../../graph/graph';
import { ELEMENT_TYPE, signatureOf } from './signature';
import type { TypeTies } from './typeTies';

const LIST_OP = /^(Empty)?TensorList/;

/** Ops that hand a list on as it is, or choose one of several. */
const HANDS_LIST_ON: ReadonlySet<string> = new Set([
  'Enter', 'Exit', 'Merge', 'NextIteration', 'Switch', 'Identity', 'IdentityN', 'PreventGradient', 'Select', 'SelectV2', 'Snapshot', 'StopGradient',
]);

/**
 * Ties the element types of all ops that make, change or read one list of tensors (list_kernels.h: a kernel refuses a list
 * whose element type is not its own). Lists travel as variants, also through loops and conditionals. A list that reaches
 * anything else keeps its type. Linear.
 */
export function tieTensorLists(graph: Graph, ties: TypeTies): void {
  if (!hasVariants(graph)) return;
  for (const node of graph.nodes.values()) {
    const lists = variantsOf(node, graph).map(listKey);
    if (isListOp(node) || HANDS_LIST_ON.has(node.op)) {
      const elements = isListOp(node) ? ties.group(node, ELEMENT_TYPE) : undefined;
      for (const list of lists) ties.tie(list, elements ?? lists[0]);
    } else {
      for (const list of lists) ties.fix(list, `Its list of tensors is also used by ${node.name} (${node.op}), which relies on the type of the elements.`);
    }
  }
  for (const { name, value } of graph.outputs) {
    if (isVariant(value, graph)) ties.fix(listKey(value), `Its list of tensors is the output ${name} of the model.`);
  }
}

function hasVariants(graph: Graph): boolean {
  for (const node of graph.nodes.values()) {
    const { inputs, outputs } = signatureOf(node);
    if (inputs.includes('variant') || outputs.includes('variant')) return true;
  }
  return false;
}

function isListOp(node: Node): boolean {
  return LIST_OP.test(node.op) && opDefinition(node.op) !== undefined;
}

const listKey = (value: ValueRef): string => `list ${valueKey(value)}`;

/** The variants a node reads and makes; also those that reach an op whose definition is unknown. */
function variantsOf(node: Node, graph: Graph): ValueRef[] {
  const { inputs, outputs } = signatureOf(node);
  const read = node.inputs.filter((value, input) => inputs[input] === 'variant' || isVariant(value, graph));
  const made = outputs.flatMap((type, output) => (type === 'variant' ? [{ node: node.id, output }] : []));
  return [...read, ...made];
}

function isVariant(value: ValueRef, graph: Graph): boolean {
  const producer = graph.nodes.get(value.node);
  return producer !== undefined && signatureOf(producer).outputs[value.output] === 'variant';
}
