import type { Attribute } from '../../graph/attribute';
import { readerOf } from '../protobuf';
import { graphsIn } from './attributes';
import { GraphProto, type GraphMessage, type NodeMessage } from './messages';

/** What the graphs inside a node hold, however deep. */
export interface InnerGraphs {
  /** Names read that no graph around the reading, inside the node, defines. */
  readonly reads: ReadonlySet<string>;
  /** Every name of a value. */
  readonly names: ReadonlySet<string>;
  readonly nodes: readonly NodeMessage[];
}

/** The values a graph defines, and the graph around it. */
interface Scope {
  readonly names: ReadonlySet<string>;
  readonly outer: Scope | undefined;
}

/** The graphs among the attributes of a node, or undefined where it has none. Linear, with a stack of its own. */
export function innerGraphs(attributes: ReadonlyMap<string, Attribute>): InnerGraphs | undefined {
  const waiting: { readonly graph: GraphMessage; readonly outer: Scope | undefined }[] = [];
  for (const attribute of attributes.values()) {
    for (const bytes of graphsIn(attribute)) waiting.push({ graph: GraphProto.decode(readerOf(bytes)) as unknown as GraphMessage, outer: undefined });
  }
  if (waiting.length === 0) return undefined;
  const reads = new Set<string>();
  const names = new Set<string>();
  const nodes: NodeMessage[] = [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { graph, outer } = next;
    const own = new Set([...graph.initializer, ...graph.input].map(({ name }) => name).concat(graph.node.flatMap((node) => node.output)));
    const scope: Scope = { names: own, outer };
    for (const name of own) names.add(name);
    for (const name of [...graph.output.map((info) => info.name), ...graph.node.flatMap((node) => node.input)]) if (!isDefined(name, scope)) reads.add(name);
    for (const node of graph.node) {
      nodes.push(node);
      for (const { g, graphs } of node.attribute) {
        for (const inner of [...(g === undefined || g === null ? [] : [g]), ...graphs]) waiting.push({ graph: inner, outer: scope });
      }
    }
  }
  return { reads, names, nodes };
}

/** Protobuf allows a hundred levels at most. */
function isDefined(name: string, scope: Scope): boolean {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) if (at.names.has(name)) return true;
  return false;
}
