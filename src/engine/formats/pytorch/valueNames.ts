import { isObject } from '../../data/losslessJson';
import { freeName } from '../../graph/freeName';
import { type Graph, type Node, type ValueRef, valueKey } from '../../graph/graph';
import { objectAt } from './program';
import { type ProgramSource, sourceOf } from './source';

/** Names of values in the file, which are also names of variables in the Python that torch makes of the graph. */
export class ValueNames {
  private readonly names = new Map<string, string>();
  private readonly taken: Set<string>;

  constructor(graph: Graph) {
    const { program } = graph.source as ProgramSource;
    const own = objectAt(objectAt(program, 'graph_module'), 'graph');
    this.taken = new Set([...own.values()].flatMap((part) => (isObject(part) ? [...part.keys()] : [])));
    for (const node of graph.nodes.values()) this.keep(node);
    for (const node of (graph.source as ProgramSource).original.nodes.values()) {
      for (const { name } of sourceOf(node).origin!.outputs) this.taken.add(name);
      const name = sourceOf(node).origin!.message.get('name');
      if (typeof name === 'string') this.taken.add(name);
    }
  }

  of(value: ValueRef): string {
    const name = this.names.get(valueKey(value));
    if (name === undefined) throw new Error(`${valueKey(value)} has no name yet`);
    return name;
  }

  /** Names the only output of a node that a phase made. */
  give(node: Node, base: string): string {
    const start = base.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
    const name = freeName(start, (given) => this.taken.has(given));
    this.taken.add(name);
    this.set(node, name);
    return name;
  }

  /** Gives a node's only output a name that nothing else has any more. */
  set(node: Node, name: string): void {
    this.names.set(valueKey({ node: node.id, output: 0 }), name);
  }

  private keep(node: Node): void {
    sourceOf(node).origin?.outputs.forEach(({ name }, output) => this.names.set(valueKey({ node: node.id, output }), name));
  }
}
