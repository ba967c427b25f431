import { freeName } from '../../graph/freeName';
import type { Graph, ModelInput, Node } from '../../graph/graph';
import { topologicalOrder } from '../../graph/traversal';
import { PLACEHOLDERS } from './ioSignature';
import { makeNode, type } from './makeNode';
import type { NodeSource } from './nodeDef';
import { signatureOf } from './signature';

/** `Node.source` of an input that was a constant in the file. */
interface FedSource extends NodeSource {
  readonly constant: Node;
  /** Id of the node that gives what the constant gave. */
  readonly held: string;
}

const NO_BYTES = new Uint8Array();

/**
 * The graph with a PlaceholderWithDefault in the place and with the name of each input that is a constant, or computed from
 * constants alone: what is known of a constant does not hold for what callers may give another value. Linear.
 */
export function withFedConstants(graph: Graph): Graph {
  const inner = graph.inputs.filter(({ value: { node, output } }) => output === 0 && !PLACEHOLDERS.has(graph.nodes.get(node)!.op) && signatureOf(graph.nodes.get(node)!).outputs.length === 1);
  if (inner.length === 0) return graph;
  const fixed = fixedNodes(graph);
  const fed = new Map(inner.filter(({ value }) => fixed.has(value.node)).map((input) => [input.value.node, input]));
  if (fed.size === 0) return graph;
  const nodes = [...graph.nodes.values()].flatMap((node) => {
    const input = fed.get(node.id);
    return input === undefined ? [node] : placeholderFor(node, input, freeName(`${node.name}/default`, (name) => graph.nodes.has(name)));
  });
  return { ...graph, nodes: new Map(nodes.map((node) => [node.id, node])) };
}

/** The graph as it was before `withFedConstants`. Linear. */
export function withoutFedConstants(graph: Graph): Graph {
  const sources = [...graph.nodes.values()].flatMap((node) => fedSource(node) ?? []);
  if (sources.length === 0) return graph;
  const held = new Set(sources.map((source) => source.held));
  const nodes = [...graph.nodes.values()].filter(({ id }) => !held.has(id)).map((node) => fedSource(node)?.constant ?? node);
  return { ...graph, nodes: new Map(nodes.map((node) => [node.id, node])) };
}

/** Ids of constants and of what depends on constants alone, but for what goes around in loops. */
function fixedNodes(graph: Graph): ReadonlySet<string> {
  const fixed = new Set<string>();
  for (const id of topologicalOrder(graph, ({ op }) => op === 'NextIteration' || op === 'RefNextIteration')) {
    const { op, inputs } = graph.nodes.get(id)!;
    if (op === 'Const' || (inputs.length > 0 && inputs.every(({ node }) => fixed.has(node)))) fixed.add(id);
  }
  return fixed;
}

function fedSource({ source }: Node): FedSource | undefined {
  return source !== undefined && 'constant' in (source as object) ? (source as FedSource) : undefined;
}

/** The node under another name, and the input that has its value unless another is given. */
function placeholderFor(constant: Node, { shape }: ModelInput, held: string): readonly Node[] {
  const dtype = signatureOf(constant).outputs[0];
  if (dtype === undefined) return [constant];
  const input = makeNode(constant.name, 'PlaceholderWithDefault', [{ node: held, output: 0 }], { dtype: type(dtype), shape: { kind: 'shape', value: shape } });
  const source: FedSource = { file: NO_BYTES, start: 0, end: 0, payload: 0, original: undefined, constant, held };
  return [{ ...constant, id: held, name: held }, { ...input, id: constant.id, ...(constant.device === undefined ? {} : { device: constant.device }), source }];
}
