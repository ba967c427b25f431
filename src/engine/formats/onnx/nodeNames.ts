import { freeName } from '../../graph/freeName';
import type { GraphParts, NodePart } from './graphParts';

/**
 * Names by which nodes are known: their own where they have one that no other node or value of a different node has, else that of
 * their first output. ONNX asks for neither; names of values are unique.
 */
export class NodeNames {
  private readonly counts = new Map<string, number>();
  private readonly taken = new Set<string>();

  constructor({ inputs, initializers, sparse, nodes }: Pick<GraphParts, 'inputs' | 'initializers' | 'sparse' | 'nodes'>) {
    for (const { name } of [...inputs, ...sparse]) this.taken.add(name);
    for (const { tensor } of initializers) this.taken.add(tensor.name);
    for (const { name } of nodes) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** To be asked once per node, in order. */
  of({ name, op, outputs }: NodePart): string {
    const isOwn = name !== '' && this.counts.get(name) === 1;
    const base = isOwn ? name : outputs.find((output) => output !== '') ?? op;
    // A later node's own name must stay free for it.
    const found = freeName(base, (given) => this.taken.has(given) || (this.counts.get(given) === 1 && given !== name));
    this.taken.add(found);
    return found;
  }
}
