import type { DescribedModel, DescribedNode } from './judge';

/** Questions about a written model, answered from TensorFlow's description of it. */
export class Model {
  private readonly byName: ReadonlyMap<string, DescribedNode>;

  constructor(readonly description: DescribedModel) {
    this.byName = new Map(description.nodes.map((node) => [node.name, node]));
  }

  get nodes(): readonly DescribedNode[] {
    return this.description.nodes;
  }

  node(name: string): DescribedNode {
    const node = this.byName.get(name);
    if (node === undefined) throw new Error(`The model has no node "${name}".`);
    return node;
  }

  /** The node that computes what `name` stands for: behind the Cast or Identity that took over an output's name. */
  computing(name: string, op: string): DescribedNode {
    let node = this.node(name);
    while (node.op !== op && (node.op === 'Cast' || node.op === 'Identity')) node = this.producer(node, 0);
    if (node.op !== op) throw new Error(`"${name}" is computed by ${node.op}, not ${op}.`);
    return node;
  }

  producer(node: DescribedNode, input: number): DescribedNode {
    const name = node.inputs[input];
    if (name === undefined) throw new Error(`"${node.name}" has no input ${input}.`);
    return this.node(name.replace(/:\d+$/, ''));
  }

  /** The attribute `T` of the node that computes `name`. */
  typeOf(name: string, op: string): unknown {
    return this.computing(name, op).attributes['T'];
  }

  ofOp(...ops: readonly string[]): DescribedNode[] {
    return this.nodes.filter((node) => ops.includes(node.op));
  }

  /** Casts as `float32->bfloat16`, sorted. */
  get casts(): string[] {
    return this.ofOp('Cast').map(({ attributes }) => `${String(attributes['SrcT'])}->${String(attributes['DstT'])}`).sort();
  }

  /** Names of nodes with any type attribute bfloat16. */
  get bf16Nodes(): string[] {
    return this.nodes.filter((node) => typesOf(node).includes('bfloat16')).map((node) => node.name);
  }

  /** Names of nodes that compute in bfloat16: no constants, no Casts. */
  get bf16Ops(): string[] {
    return this.bf16Nodes.filter((name) => !['Const', 'Cast'].includes(this.node(name).op));
  }
}

function typesOf(node: DescribedNode): string[] {
  return Object.values(node.attributes).flatMap((value) => (Array.isArray(value) ? (value as string[]) : typeof value === 'string' ? [value] : []));
}
