import { isObject, type Json, type JsonObject } from '../../data/losslessJson';
import type { Graph, Node } from '../../graph/graph';
import { NO_PROGRESS } from '../../host';
import { unionOf } from './arguments';
import { listAt } from './program';
import { readGraph } from './readGraph';

/** Higher-order ops that run a graph in some mode of the framework: without gradients, or without autocasting. */
const WRAPPERS = /^higher_order\.wrap_with_(set_grad_enabled|autocast)$/;

/**
 * The graph a wrapper runs on its inputs, as if it were a program of its own; undefined for any other op, and under
 * autocasting, which computes in other types than the graph states. Throws UserError for a graph torch would not load.
 */
export function innerGraph(node: Node): Graph | undefined {
  if (!WRAPPERS.test(node.op) || autocasts(node)) return undefined;
  const graph = [...node.attributes.values()].map(({ source }) => graphIn(source as JsonObject | undefined)).find((found) => found !== undefined);
  if (graph === undefined) return undefined;
  const specs = (list: string, kind: string): Json => listAt(graph, list).map((arg) => new Map<string, Json>([[kind, new Map([['arg', arg]])]]));
  const signature = new Map([['input_specs', specs('inputs', 'user_input')], ['output_specs', specs('outputs', 'user_output')]]);
  const program: JsonObject = new Map([['graph_module', new Map<string, Json>([['graph', graph], ['signature', signature]])]]);
  const archive = { root: '', records: new Map<string, Uint8Array>() };
  return readGraph({ archive, model: '', program, tables: { weights: new Map(), constants: new Map() } }, NO_PROGRESS);
}

/** Its third argument says whether autocasting is on (torch/_higher_order_ops/wrap.py). */
function autocasts(node: Node): boolean {
  const enabled = [...node.attributes.values()][2];
  return node.op.endsWith('autocast') && !(enabled?.kind === 'bool' && !enabled.value);
}

function graphIn(entry: JsonObject | undefined): JsonObject | undefined {
  const [tag, content] = unionOf(entry?.get('arg')) ?? [];
  const graph = tag === 'as_graph' && isObject(content) ? content.get('graph') : undefined;
  return isObject(graph) ? graph : undefined;
}
