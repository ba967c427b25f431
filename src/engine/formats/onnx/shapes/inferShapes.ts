import type { PartialShape } from '../../../graph/attribute';
import { type Graph, type Node, valueKey, type ValueRef } from '../../../graph/graph';
import { topologicalOrder } from '../../../graph/traversal';
import { domainOf, isConstantNode, outputTypes, sourceOf } from '../node';
import type { OnnxModel } from '../read';
import { decodeTensor } from '../tensor';
import { elementCount } from '../../../graph/tensor';
import { arithmetic } from './arithmetic';
import { integersOf, LONGEST } from './integers';
import { movement } from './movement';
import { type Known, Operation, type ShapeRule, UNKNOWN } from './operation';
import { windows } from './windows';

const rules: Readonly<Record<string, ShapeRule>> = { ...arithmetic, ...windows, ...movement };

/**
 * Shapes of the graph's values by `valueKey`, as far as they follow from its constants and inputs by the rules of the ops, or
 * are stated by the file; a value left out has an unknown rank. What is stated fills in what the rules leave open and loses
 * against them where the two disagree. Linear; never throws.
 */
export function inferShapes(graph: Graph): ReadonlyMap<string, PartialShape> {
  const { stated } = graph.source as OnnxModel;
  const known = new Map<string, Known>();
  for (const id of topologicalOrder(graph, () => false)) {
    const node = graph.nodes.get(id)!;
    const found = knownOutputs(node, (value) => known.get(valueKey(value)) ?? UNKNOWN);
    sourceOf(node).outputNames.forEach((name, output) => {
      const inferred = found[output] ?? UNKNOWN;
      const shape = merged(inferred.shape, (sourceOf(node).home?.stated ?? stated).get(name)?.shape);
      known.set(valueKey({ node: id, output }), { ...inferred, shape });
    });
  }
  const shapes = new Map<string, PartialShape>();
  for (const [key, { shape }] of known) if (shape !== undefined) shapes.set(key, shape);
  return shapes;
}

function knownOutputs(node: Node, at: (value: ValueRef) => Known): readonly Known[] {
  if (isConstantNode(node)) return [constant(node)];
  const { op } = node;
  if (domainOf(node) !== '' || !Object.hasOwn(rules, op)) return [];
  const operation = new Operation(node, node.inputs.map(at));
  const shapes = rules[op]!(operation);
  const integers = outputTypes(node)[0] === 'int64' ? integersOf(operation) : undefined;
  return shapes.map((shape, output) => ({ shape: sound(shape), ...(output === 0 && integers !== undefined ? { integers } : {}) }));
}

/** Damaged attributes give sizes that are none. */
function sound(shape: PartialShape): PartialShape {
  return shape?.every((size) => Number.isSafeInteger(size)) === true ? shape.map((size) => Math.max(-1, size)) : undefined;
}

/** Shape of a constant, and its elements where it may be a shape itself. */
function constant(node: Node): Known {
  const value = node.attributes.get('value');
  if (value?.kind !== 'tensor') return UNKNOWN;
  const { shape, dtype } = value;
  const isList = dtype === 'int64' && shape.length <= 1 && elementCount(shape) <= LONGEST;
  return { shape, ...(isList ? { integers: Array.from(decodeTensor(value, node.name).data as BigInt64Array, Number) } : {}) };
}

function merged(inferred: PartialShape, stated: PartialShape): PartialShape {
  if (inferred === undefined || stated === undefined || inferred.length !== stated.length) return inferred ?? stated;
  return inferred.map((size, axis) => (size < 0 ? stated[axis]! : size));
}
