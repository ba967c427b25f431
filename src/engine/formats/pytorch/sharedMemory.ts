import { opArguments } from '../../capabilities/pytorch';
import { DisjointSets } from '../../graph/disjointSets';
import { type ModelOutput, type Node, type ValueRef, valueKey } from '../../graph/graph';
import { isCast } from './boundaryNodes';

/** Ids of nodes. */
interface ChangedMemory {
  /** They make a value in memory that is changed in place. */
  readonly made: ReadonlySet<string>;
  /**
   * They read or make a value in such memory where that matters: the memory is the caller's or a constant, a value made
   * before the change is read after it, or the changed value comes out of a conversion that could be folded away.
   * Converting these would take a value from before the change, or change another copy.
   */
  readonly fixed: ReadonlySet<string>;
}

/** The nodes with memory that is changed in place. `nodes` are in the order in which they run. Nearly linear. */
export function nodesInChangedMemory(nodes: Iterable<Node>, outputs: readonly ModelOutput[]): ChangedMemory {
  const memory = new Memory();
  let position = 0;
  const all = [...nodes];
  for (const node of all) memory.enter(node, position++);
  for (const { value } of outputs) memory.read(value, position);
  return { made: memory.changedNodes(all), fixed: memory.fixedNodes(all) };
}

class Memory {
  private readonly shared = new DisjointSets();
  private readonly madeAt = new Map<string, number>();
  private readonly lastRead = new Map<string, number>();
  /** Positions of changes in place, rising, with the value changed. */
  private readonly writes: { readonly position: number; readonly key: string }[] = [];
  private readonly unsafe: string[] = [];
  private readonly producers = new Map<string, Node>();

  enter(node: Node, position: number): void {
    this.producers.set(node.id, node);
    for (const value of node.inputs) this.read(value, position);
    const own = `${node.id}:`;
    const schema = opArguments(node.op);
    for (const [name, attribute] of node.attributes) {
      if (attribute.kind !== 'operands') continue;
      const argument = schema?.find((candidate) => candidate.name === name);
      const isWritten = argument?.isWritten === true;
      if (!isWritten && argument?.isShared !== true && !mayGiveBack(node, schema === undefined)) continue;
      for (const operand of attribute.value) {
        const value = operand !== null && typeof operand === 'object' ? node.inputs[operand.input]! : undefined;
        if (value === undefined) continue;
        this.shared.unite(valueKey(value), own);
        if (isWritten) this.write(value, position);
      }
    }
    this.madeAt.set(own, position);
  }

  read(value: ValueRef, position: number): void {
    const key = valueKey(value);
    // All outputs of a node count as one memory: views come in lists.
    this.shared.unite(key, `${value.node}:`);
    this.lastRead.set(key, position);
  }

  private write(value: ValueRef, position: number): void {
    this.writes.push({ position, key: valueKey(value) });
    const producer = this.producers.get(value.node);
    if (producer !== undefined && isCast(producer)) this.unsafe.push(valueKey(value));
  }

  changedNodes(all: readonly Node[]): ReadonlySet<string> {
    const changed = this.changedRoots();
    return new Set(all.map(({ id }) => id).filter((id) => changed.has(this.shared.find(`${id}:`))));
  }

  private changedRoots(): ReadonlySet<string> {
    return new Set(this.writes.map(({ key }) => this.shared.find(key)));
  }

  fixedNodes(all: readonly Node[]): ReadonlySet<string> {
    if (this.writes.length === 0) return new Set();
    const unsafe = new Set([...this.unsafe, ...this.readAfterChange(), ...this.notOwn(all)].map((key) => this.shared.find(key)));
    const touches = (key: string): boolean => unsafe.has(this.shared.find(key));
    const fixed = all.filter((node) => touches(`${node.id}:`) || node.inputs.some((value) => touches(valueKey(value))));
    return new Set(fixed.map(({ id }) => id));
  }

  /** Values made before a change of their memory and read after it. */
  private readAfterChange(): string[] {
    const changes = new Map<string, number[]>();
    for (const { position, key } of this.writes) {
      const root = this.shared.find(key);
      const known = changes.get(root);
      if (known === undefined) changes.set(root, [position]);
      else known.push(position);
    }
    return [...this.lastRead].filter(([key, last]) => {
      const made = this.madeAt.get(key.slice(0, key.lastIndexOf(':') + 1)) ?? -1;
      const next = changes.get(this.shared.find(key))?.find((position) => position > made);
      return next !== undefined && next < last;
    }).map(([key]) => key);
  }

  /** Changed memory that is an input's or a constant's. */
  private notOwn(all: readonly Node[]): string[] {
    const changed = this.changedRoots();
    return all.filter(({ inputs, op }) => inputs.length === 0 && !op.includes('.')).map(({ id }) => `${id}:`).filter((key) => changed.has(this.shared.find(key)));
  }
}

/** Ops that may give back what they read although their schema does not say so: dropout in evaluation, and what is not known. */
function mayGiveBack({ op }: Node, isUnknown: boolean): boolean {
  return (isUnknown && op.includes('.')) || /^aten\.(\w+_)?dropout_?$/.test(op);
}
