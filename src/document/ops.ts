import type { DisplayModule, GraphTables } from '../../webview/protocol';
import { NODE_KINDS, nodeOfId, textAt } from '../../webview/tables';

export interface Op {
  readonly name: string;
  /** Op type. */
  readonly op: string;
  /** Path of the name scope around it; empty outside all. */
  readonly group: string;
  /** The module it was traced in, where models are made of modules. */
  readonly module?: DisplayModule;
}

/** The op of the picture with this id. */
export function opWithId(graph: GraphTables, id: string): Op | undefined {
  const { nodes } = graph;
  const node = nodeOfId(graph, id);
  if (node < 0 || NODE_KINDS[nodes.kind[node]!] === 'output') return undefined;
  const module = nodes.modules[nodes.module[node]!];
  return { ...(module && { module }), name: textAt(nodes.names, node), op: nodes.ops[nodes.op[node]!]!, group: textAt(nodes.scopes, nodes.scope[node]!) };
}
