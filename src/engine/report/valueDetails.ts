import type { ValueDetails } from '../../../webview/protocol';
import type { Ranges } from '../calibration/ranges';
import { type Graph, type ValueRef, valueKey } from '../graph/graph';
import { boundaryLink, routeOf } from './boundaries';
import { consumersOf, type Graphs } from './consumers';
import { histogramOf } from './histogram';
import { isShown } from './picture';
import { shapesOf } from './shapes';
import { constantText, numberText, shapeText } from './text';

/** Where details are taken from: a snapshot's graph, the opened model, and what calibration saw. */
export interface DetailsContext extends Graphs {
  readonly ranges: Ranges;
}

/** What a node reads: named and linked by the op that made it, with the boundaries the value comes through. */
export function inputDetails(value: ValueRef, context: DetailsContext): ValueDetails {
  const { graph, opened, dialect } = context;
  const { origin, boundaries } = routeOf(value, graph, opened, dialect);
  const source = opened.nodes.get(origin.node);
  const details = { ...valueDetails(value, context), name: valueName(origin, source === undefined ? graph : opened) };
  if (source === undefined || !isShown(source, opened, dialect)) return details;
  return { ...details, node: source.id, ...(boundaries.length === 0 ? {} : { through: boundaries.map((node) => boundaryLink(node, dialect)) }) };
}

/** What a node makes: with who reads it. */
export function outputDetails(value: ValueRef, context: DetailsContext): ValueDetails {
  return { ...valueDetails(value, context), ...consumersOf(value, context) };
}

/**
 * A value with its type, its shape as far as the model tells it, else as calibration saw it, and its range. A value behind
 * a Cast or Dequantize has the shape and range of the value they convert; conversion changes no other shapes.
 */
function valueDetails(value: ValueRef, { graph, opened, ranges, dialect }: DetailsContext): ValueDetails {
  const { origin } = routeOf(value, graph, opened, dialect);
  const constant = dialect.constantBehind(graph.nodes, origin);
  const tensor = [...(constant?.attributes.values() ?? [])].find((attribute) => attribute.kind === 'tensor');
  const histogram = constant && histogramOf(constant, dialect);
  const range = ranges.get(valueKey(origin));
  return {
    name: valueName(value, graph),
    dtype: dialect.outputTypes(graph.nodes.get(value.node)!)[value.output] ?? '?',
    shape: shapeText(shapesOf(opened, dialect).get(valueKey(origin)) ?? tensor?.shape ?? range?.shape),
    ...(range === undefined ? {} : { range: `${numberText(range.min)} … ${numberText(range.max)}`, min: range.min, max: range.max }),
    ...(tensor === undefined ? {} : { constant: constantText(tensor.shape, tensor.dtype) }),
    ...(histogram === undefined ? {} : { histogram }),
  };
}

/** `split:1`; the first output by the name of its node alone. */
function valueName({ node, output }: ValueRef, graph: Graph): string {
  const { name } = graph.nodes.get(node)!;
  return output === 0 ? name : `${name}:${output}`;
}
