import type { PartialShape } from '../../../graph/attribute';
import { type Graph, type Node, valueKey } from '../../../graph/graph';
import { elementCount } from '../../../graph/tensor';
import { topologicalOrder } from '../../../graph/traversal';
import { passThrough, relaxKnown, sources } from './controlFlow';
import { convolutions } from './convolution';
import { merge, sameShape } from './dimensions';
import { elementwise } from './elementwise';
import { images } from './images';
import { integersOf } from './integers';
import { listContents, lists } from './lists';
import { matrices } from './matrices';
import { movement } from './movement';
import { type Known, Operation, type ShapeRules } from './operation';
import { producerVersion } from './producer';
import { reductions } from './reductions';
import { shaping } from './shaping';

const rules: ShapeRules = { ...elementwise, ...convolutions, ...matrices, ...reductions, ...shaping, ...movement, ...images, ...lists, ...sources };

const UNKNOWN: Known = { shape: undefined };

/** Rounds in which what is assumed of loop variables may become less, before nothing is assumed any more. */
const MOST_ROUNDS = 5;

type Knowledge = ReadonlyMap<string, readonly Known[]>;

/**
 * Shapes of the graph's values by `valueKey`, as far as they follow from its constants and the shapes of its inputs; a
 * value left out has an unknown rank. Rules follow TensorFlow's shape functions. A variable of a while loop is first
 * assumed to keep the shape it enters with, and less from round to round until every trip agrees. Linear; never throws.
 */
export function inferShapes(graph: Graph): ReadonlyMap<string, PartialShape> {
  const order = topologicalOrder(graph, ({ op }) => op === 'NextIteration' || op === 'RefNextIteration').map((id) => graph.nodes.get(id)!);
  const loopVariables = order.filter((node) => isMerge(node) && node.inputs.some(({ node: id }) => isNextIteration(graph.nodes.get(id))));
  const assumed = new Map<string, Known>();
  const producer = producerVersion(graph);
  for (let round = 1; ; round++) {
    const knowledge = inferAll(order, graph, assumed, producer);
    const wrong = loopVariables.filter((node) => weaken(node, knowledge, assumed));
    if (wrong.length === 0) return shapesOf(knowledge);
    if (round === MOST_ROUNDS) for (const node of loopVariables) assumed.set(node.id, UNKNOWN);
  }
}

/** Whether a loop variable has less in common over all trips than was assumed; if so, less is assumed from now on. */
function weaken(node: Node, knowledge: Knowledge, assumed: Map<string, Known>): boolean {
  const before = knowledge.get(node.id)![0]!;
  const over = node.inputs.map(({ node: id, output }) => knowledge.get(id)?.[output] ?? UNKNOWN).reduce(relaxKnown, before);
  if (isSame(before, over)) return false;
  assumed.set(node.id, over);
  return true;
}

function inferAll(order: readonly Node[], graph: Graph, assumed: ReadonlyMap<string, Known>, producer: number | undefined): Knowledge {
  const knowledge = new Map<string, readonly Known[]>();
  for (const node of order) {
    // The values that come around a loop are not there yet; what is assumed stands for them.
    const inputs = isMerge(node) ? node.inputs.filter(({ node: id }) => !isNextIteration(graph.nodes.get(id))) : node.inputs;
    const operands = inputs.map(({ node: id, output }) => knowledge.get(id)?.[output] ?? UNKNOWN);
    const assumption = assumed.get(node.id);
    knowledge.set(node.id, outputsOf(new Operation(node, assumption === undefined ? operands : [...operands, assumption], producer)));
  }
  return knowledge;
}

function outputsOf(operation: Operation): readonly Known[] {
  const { op, attributes } = operation.node;
  const outputs = Object.hasOwn(passThrough, op) ? passThrough[op]!(operation) : computed(operation);
  const stated = attributes.get('_output_shapes');
  if (stated?.kind !== 'shapes') return outputs;
  const count = Math.max(outputs.length, stated.value.length);
  return Array.from({ length: count }, (_, output) => ({ ...outputs[output], shape: merge(outputs[output]?.shape, stated.value[output]) }));
}

function computed(operation: Operation): readonly Known[] {
  const { op } = operation.node;
  const shapes = Object.hasOwn(rules, op) ? rules[op]!(operation) : [];
  const contents = Object.hasOwn(listContents, op) ? listContents[op]!(operation) : [];
  const integers = integersOf(operation);
  return shapes.map((shape, output) => {
    const values = integers[output];
    const fits = values !== undefined && shape !== undefined && elementCount(shape) === values.length;
    return { shape, ...(fits ? { integers: values } : {}), ...(contents[output] === undefined ? {} : { list: contents[output] }) };
  });
}

function shapesOf(knowledge: Knowledge): Map<string, PartialShape> {
  const shapes = new Map<string, PartialShape>();
  for (const [node, outputs] of knowledge) {
    outputs.forEach(({ shape }, output) => {
      if (shape !== undefined) shapes.set(valueKey({ node, output }), shape);
    });
  }
  return shapes;
}

function isSame(a: Known, b: Known): boolean {
  return sameShape(a.shape, b.shape) && a.list?.length === b.list?.length && sameShape(a.list?.element, b.list?.element);
}

function isMerge(node: Node): boolean {
  return node.op === 'Merge' || node.op === 'RefMerge';
}

function isNextIteration(node: Node | undefined): boolean {
  return node?.op === 'NextIteration' || node?.op === 'RefNextIteration';
}
