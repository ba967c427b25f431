import type { DisplayEdge, DisplayNode } from '../../../webview/protocol';
import type { Dialect } from '../dialect';
import { type Graph, type Node, type ValueRef, valueKey } from '../graph/graph';
import { elementCount } from '../graph/tensor';
import { isBoundary, routeOf } from './boundaries';
import { shapesOf } from './shapes';

/** Who reads the value of an edge: an input of a node, or the caller of the model (index into Graph.outputs). */
export type Reader = { readonly node: string; readonly input: number } | { readonly output: number };

/** Nodes and edges all snapshots of a model are drawn on. */
export interface Picture {
  readonly nodes: readonly DisplayNode[];
  readonly edges: readonly DisplayEdge[];
  /** Of each edge. */
  readonly readers: readonly Reader[];
}

/**
 * The picture of the opened model: its ops, without constants (and what only hands them on) and without precision
 * boundaries, which are marks on edges. What the caller fetches has a node of its own, so that a Cast before it has an
 * edge to stand on, unless an op that only moves data, such as a closing Identity, is that end already. Linear.
 */
export function pictureOf(opened: Graph, dialect: Dialect): Picture {
  const nodes: DisplayNode[] = [];
  const edges: DisplayEdge[] = [];
  const readers: Reader[] = [];
  const shapes = shapesOf(opened, dialect);
  const index = new Map<string, number>();
  const fed = new Set(opened.inputs.map((input) => input.value.node));
  const ends = new Set(opened.outputs.map((output) => output.value.node).filter((id) => isEnd(opened.nodes.get(id), opened, dialect)));
  for (const node of opened.nodes.values()) {
    if (!isShown(node, opened, dialect)) continue;
    const kind = fed.has(node.id) || dialect.isInput(node) ? 'input' : ends.has(node.id) ? 'output' : 'op';
    const module = dialect.moduleOf?.(node);
    const made = { id: node.id, name: node.name, op: node.op, scope: dialect.scopeOf(node), kind } as const;
    index.set(node.id, nodes.push(module === undefined ? made : { ...made, module: { path: module.path, type: module.type } }) - 1);
  }
  const connect = (value: ValueRef, target: number, targetInput: number, reader: Reader): void => {
    const { origin } = routeOf(value, opened, opened, dialect);
    const source = index.get(origin.node);
    if (source === undefined) return;
    const shape = shapes.get(valueKey(origin));
    const isKnown = shape !== undefined && shape.every((size) => size >= 0);
    edges.push({ source, target, sourceOutput: origin.output, targetInput, ...(isKnown ? { elements: elementCount(shape) } : {}) });
    readers.push(reader);
  };
  for (const [id, target] of index) {
    opened.nodes.get(id)!.inputs.forEach((value, input) => connect(value, target, input, { node: id, input }));
  }
  opened.outputs.forEach((output, position) => {
    if (ends.has(output.value.node)) return;
    const target = nodes.push({ id: outputId(output.name), name: output.name, op: 'Output', scope: [], kind: 'output' }) - 1;
    connect(output.value, target, 0, { output: position });
  });
  return { nodes, edges, readers };
}

/** Id of the node that stands for a fetched value; no op has it, for names of nodes hold no colon. */
export function outputId(name: string): string {
  return `output:${name}`;
}

/** Id of the node of the picture where a fetched value ends; undefined for a name nobody fetches. */
export function endOf(name: string, opened: Graph, dialect: Dialect): string | undefined {
  const output = opened.outputs.find((one) => one.name === name);
  if (output === undefined) return undefined;
  return isEnd(opened.nodes.get(output.value.node), opened, dialect) ? output.value.node : outputId(name);
}

/** Whether a node of the opened model is a node of the picture. One that neither reads nor makes a value has no place in it. */
export function isShown(node: Node, opened: Graph, dialect: Dialect): boolean {
  if (dialect.isControlOnly(node) && node.inputs.length === 0) return false;
  return !isBoundary(node, dialect) && dialect.constantBehind(opened.nodes, { node: node.id, output: 0 }) === undefined;
}

function isEnd(node: Node | undefined, opened: Graph, dialect: Dialect): boolean {
  return node !== undefined && isShown(node, opened, dialect) && (dialect.isDataMovement(node) || dialect.isInput(node));
}

/** The value a reader reads in a snapshot; undefined when the reader or its input is gone. */
export function valueRead(reader: Reader, graph: Graph): ValueRef | undefined {
  return 'output' in reader ? graph.outputs[reader.output]?.value : graph.nodes.get(reader.node)?.inputs[reader.input];
}
