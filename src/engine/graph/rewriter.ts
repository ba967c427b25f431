import type { Change, PhaseName } from '../snapshot';
import { freeName, type UniqueName } from './freeName';
import type { Graph, ModelOutput, Node, ValueRef } from './graph';
import { ReaderIndex } from './readerIndex';
import type { ValueRead } from './valueReads';

/** Name, and a sentence that says what the rule does; the reason of each change says why it was applied there. */
export interface Rule {
  readonly name: string;
  readonly description: string;
}

/**
 * The only way to change a graph. Works on a private copy of the node table (nodes themselves are immutable and shared),
 * keeps the reader index current, and records one change per `apply`.
 */
export class Rewriter {
  readonly changes: Change[] = [];
  private readonly nodes: Map<string, Node>;
  private readonly outputs: ModelOutput[];
  private readonly readers = new ReaderIndex();
  private readonly controlReaders = new ReaderIndex();
  private readonly outputNodes = new Map<string, number>();
  /** Names that are taken, beside the ids of the nodes there are and were at first. */
  private readonly names = new Set<string>();
  private touchedBefore: Set<string> | undefined;
  private touchedAfter = new Set<string>();
  private numerics = false;

  constructor(
    private readonly original: Graph,
    private readonly phase: PhaseName,
  ) {
    this.nodes = new Map(original.nodes);
    this.outputs = [...original.outputs];
    for (const node of original.nodes.values()) {
      this.takeName(node);
      this.index(node);
    }
    for (const output of original.outputs) this.countOutput(output.value.node, 1);
    // An inner value that callers give is named by its node as well.
    for (const { value } of original.inputs) if ((original.nodes.get(value.node)?.inputs.length ?? 0) > 0) this.countOutput(value.node, 1);
  }

  /** Ids at the time of the call, in graph order. */
  ids(): string[] {
    return [...this.nodes.keys()];
  }

  node(id: string): Node {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  /** Like a graph's node table, so that a rewriter can stand in for one. */
  get(id: string): Node | undefined {
    return this.nodes.get(id);
  }

  /** The inputs that read any output of `id` (or only output `output`). Linear in the readers' inputs. */
  uses(id: string, output?: number): ValueRead[] {
    const uses: ValueRead[] = [];
    for (const reader of this.readers.of(id)) {
      const { inputs } = this.node(reader);
      for (let input = 0; input < inputs.length; input++) {
        const value = inputs[input]!;
        if (value.node === id && (output === undefined || value.output === output)) uses.push({ node: reader, input });
      }
    }
    return uses;
  }

  /** Whether any node reads a value of `id`; unlike `uses`, at once however many do. */
  isRead(id: string): boolean {
    return this.readers.has(id);
  }

  /** Whether any node waits for it without reading a value of it. */
  isWaitedFor(id: string): boolean {
    return this.controlReaders.has(id);
  }

  isOutput(value: ValueRef): boolean {
    return this.isOutputNode(value.node) && this.outputs.some((output) => output.value.node === value.node && output.value.output === value.output);
  }

  /** Whether any output of the node is fetched, or given in the place of what the node computes, by the caller of the model. */
  isOutputNode(id: string): boolean {
    return this.outputNodes.has(id);
  }

  /** The value callers fetch as `name`. */
  output(name: string): ValueRef {
    const output = this.outputs.find((candidate) => candidate.name === name);
    if (output === undefined) throw new Error(`no output ${name}`);
    return output.value;
  }

  outputsOf(id: string): readonly ModelOutput[] {
    return this.isOutputNode(id) ? this.outputs.filter((output) => output.value.node === id) : [];
  }

  /** Records everything `rewrite` does as one change, with ids in the order they were touched. */
  apply<T>(rule: Rule, reason: string, rewrite: () => T): T {
    if (this.touchedBefore !== undefined) throw new Error(`${rule.name} applied inside another rule`);
    this.touchedBefore = new Set();
    this.touchedAfter = new Set();
    this.numerics = false;
    try {
      const result = rewrite();
      const before = [...this.touchedBefore];
      const after = [...this.touchedAfter];
      if (before.length + after.length > 0) {
        this.changes.push({ phase: this.phase, rule: rule.name, reason, before, after, ...(this.numerics ? { changesNumerics: true } : {}) });
      }
      return result;
    } finally {
      this.touchedBefore = undefined;
    }
  }

  /** Marks the change being recorded as one that alters results beyond the rounding of the chosen precisions. */
  markNumerics(): void {
    this.numerics = true;
  }

  /** A name no node has or had in this rewrite: `base`, else `base_1`, `base_2`, … */
  readonly uniqueName: UniqueName = (base) => {
    const name = freeName(base, (given) => this.isTaken(given));
    this.names.add(name);
    return name;
  };

  add(node: Node): ValueRef {
    this.record(undefined, node.id);
    this.nodes.set(node.id, node);
    this.names.add(node.name);
    this.index(node);
    return { node: node.id, output: 0 };
  }

  /** Puts `node` in the place of the node with the same id. */
  replace(node: Node): void {
    const old = this.node(node.id);
    if (old === node) return;
    this.record(node.id, node.id);
    this.unindex(old);
    this.nodes.set(node.id, node);
    this.takeName(node);
    this.index(node);
  }

  /** Removes a node nothing reads. */
  remove(id: string): void {
    if (this.isRead(id) || this.isOutputNode(id)) throw new Error(`${id} is still read`);
    const old = this.node(id);
    this.record(id, undefined);
    this.unindex(old);
    this.nodes.delete(id);
    for (const reader of [...this.controlReaders.of(id)]) this.dropControl(reader, id, old);
  }

  setInput(id: string, input: number, value: ValueRef): void {
    const node = this.node(id);
    const inputs = node.inputs.map((old, index) => (index === input ? value : old));
    this.replace({ ...node, inputs });
  }

  /** Makes the given uses read `to`. */
  redirect(uses: readonly ValueRead[], to: ValueRef): void {
    for (const use of uses) this.setInput(use.node, use.input, to);
  }

  /** Makes callers of the model fetch `to` where they fetched `from`. */
  redirectOutput(from: ValueRef, to: ValueRef): void {
    this.outputs.forEach((output, index) => {
      if (output.value.node !== from.node || output.value.output !== from.output) return;
      this.outputs[index] = { ...output, value: to };
      this.countOutput(from.node, -1);
      this.countOutput(to.node, 1);
    });
  }

  /** Moves everything that waits for `from` to wait for `to`. */
  redirectControl(from: string, to: string): void {
    for (const reader of [...this.controlReaders.of(from)]) {
      const node = this.node(reader);
      const controlInputs = [...new Set(node.controlInputs.map((id) => (id === from ? to : id)))].filter((id) => id !== reader);
      this.replace({ ...node, controlInputs });
    }
  }

  finish(): Graph {
    return { ...this.original, nodes: this.nodes, outputs: this.outputs };
  }

  /** A removed node's own control inputs pass to those that waited for it, so no ordering is lost. */
  private dropControl(reader: string, removed: string, old: Node): void {
    const node = this.node(reader);
    const kept = node.controlInputs.filter((id) => id !== removed);
    const producers = old.inputs.map((value) => value.node);
    const controlInputs = [...new Set([...kept, ...old.controlInputs, ...producers])].filter((id) => this.nodes.has(id));
    this.replace({ ...node, controlInputs });
  }

  private record(before: string | undefined, after: string | undefined): void {
    if (this.touchedBefore === undefined) throw new Error('a graph changes only inside apply()');
    if (before !== undefined && !this.touchedAfter.has(before)) this.touchedBefore.add(before);
    if (after !== undefined) this.touchedAfter.add(after);
    else if (before !== undefined) this.touchedAfter.delete(before);
  }

  private isTaken(name: string): boolean {
    return this.names.has(name) || this.nodes.has(name) || this.original.nodes.has(name);
  }

  private takeName(node: Node): void {
    if (node.name !== node.id) this.names.add(node.name);
  }

  private index(node: Node): void {
    for (const value of node.inputs) this.readers.add(value.node, node.id);
    for (const id of node.controlInputs) this.controlReaders.add(id, node.id);
  }

  private unindex(node: Node): void {
    for (const value of node.inputs) this.readers.delete(value.node, node.id);
    for (const id of node.controlInputs) this.controlReaders.delete(id, node.id);
  }

  private countOutput(id: string, by: number): void {
    const count = (this.outputNodes.get(id) ?? 0) + by;
    if (count > 0) this.outputNodes.set(id, count);
    else this.outputNodes.delete(id);
  }
}
