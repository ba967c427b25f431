import { freeName } from '../../graph/freeName';
import type { Graph, Node } from '../../graph/graph';
import type { NodeSource } from './nodeDef';

/** `Node.source` of an input that was a constant in the file. */
interface FedSource extends NodeSource {
  readonly constant: Node;
  /** Id of the node that holds what the constant held. */
  readonly held: string;
}

const NO_BYTES = new Uint8Array();

/**
 * The graph with a PlaceholderWithDefault in the place and with the name of each constant that is an input: what is known of a
 * constant does not hold for what callers may give another value. Linear.
 */
export function withFedConstants(graph: Graph): Graph {
  const fed = new Set(graph.inputs.map(({ value }) => value.node).filter((id) => graph.nodes.get(id)!.op === 'Const'));
  if (fed.size === 0) return graph;
  const nodes = [...graph.nodes.values()].flatMap((node) =>
    (fed.has(node.id) ? placeholderFor(node, freeName(`${node.name}/default`, (name) => graph.nodes.has(name))) : [node]));
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

function fedSource({ source }: Node): FedSource | undefined {
  return source !== undefined && 'constant' in (source as object) ? (source as FedSource) : undefined;
}

/** The constant under another name, and the input that has its value unless another is given. */
function placeholderFor(constant: Node, held: string): readonly Node[] {
  const { id, name, device, attributes } = constant;
  const value = attributes.get('value');
  const source: FedSource = { file: NO_BYTES, start: 0, end: 0, payload: 0, original: undefined, constant, held };
  const input: Node = {
    id, name, op: 'PlaceholderWithDefault', inputs: [{ node: held, output: 0 }], controlInputs: [],
    attributes: new Map([
      ['dtype', attributes.get('dtype')!],
      ['shape', { kind: 'shape', value: value?.kind === 'tensor' ? value.shape : undefined }],
    ]),
    ...(device === undefined ? {} : { device }),
    source,
  };
  return [{ ...constant, id: held, name: held, source: undefined }, input];
}
