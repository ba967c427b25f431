import type { ValueDetails } from '../../../webview/protocol';
import type { Ranges } from '../calibration/ranges';
import type { Dialect } from '../dialect';
import { type Graph, type ValueRef, valueKey } from '../graph/graph';
import { routeOf } from './boundaries';
import { isShown } from './picture';
import { shapesOf } from './shapes';
import { constantText, numberText, shapeText } from './text';

/** Where details are taken from: a snapshot's graph, the opened model, and what calibration saw. */
export interface DetailsContext {
  readonly graph: Graph;
  readonly opened: Graph;
  readonly ranges: Ranges;
  readonly dialect: Dialect;
}

/**
 * A value with its type, its shape as far as the graph tells it, else as calibration saw it, and its range. A value behind
 * a Cast or Dequantize has the range of the value they convert, and leads to the op that made that.
 */
export function valueDetails(value: ValueRef, context: DetailsContext): ValueDetails {
  const { graph, opened, ranges, dialect } = context;
  const producer = graph.nodes.get(value.node)!;
  const { origin } = routeOf(value, graph, opened, dialect);
  const source = opened.nodes.get(origin.node);
  const constant = dialect.constantBehind(graph.nodes, origin)?.attributes;
  const tensor = [...(constant?.values() ?? [])].find((attribute) => attribute.kind === 'tensor');
  const range = ranges.get(valueKey(origin));
  return {
    name: value.output === 0 ? producer.name : `${producer.name}:${value.output}`,
    ...(source !== undefined && isShown(source, opened, dialect) ? { node: source.id } : {}),
    dtype: dialect.outputTypes(producer)[value.output] ?? '?',
    shape: shapeText(shapesOf(graph, dialect).get(valueKey(value)) ?? range?.shape),
    ...(range === undefined ? {} : { range: `${numberText(range.min)} … ${numberText(range.max)}` }),
    ...(tensor === undefined ? {} : { constant: constantText(tensor.shape, tensor.dtype) }),
  };
}
