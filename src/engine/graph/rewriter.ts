import type { Change, PhaseName } from '../snapshot';
import type { Graph, ModelOutput, Node, ValueRef } from './graph';

/** One place where a value is read. */
export interface Use {
  readonly node: string;
  /** Index into the reader's inputs. */
  readonly input: number;
}

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
  /** Readers by producer id; a reader appears once however many of its inputs read the producer. */
  private readonly readers = new Map<string, Set<string>>();
  private readonly controlReaders = new Map<string, Set<string>>();
  private readonly outputNodes = new Map<string, number>();
  private readonly names: Set<string>;
  private touchedBefore: Set<string> | undefined;
  private touchedAfter = new Set<string>();
  private numerics = false;

  constructor(
    private readonly original: Graph,
    private readonly phase: PhaseName,
  ) {
    this.nodes = new Map(original.nodes);
    this.outputs = [...original.outputs];
    this.names = new Set([...original.nodes.values()].map((node) => node.name));
    for (const node of original.nodes.values()) this.index(node);
    for (const output of original.outputs) this.countOutput(output.value.node, 1);
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
  uses(id: string, output?: number): Use[] {
    const uses: Use[] = [];
    for (const reader of this.readers.get(id) ?? []) {
      this.node(reader).inputs.forEach((value, input) => {
        if (value.node === id && (output === undefined || value.output === output)) uses.push({ node: reader, input });
      });
    }
    return uses;
  }

  /** Whether any node reads a value of `id`; unlike `uses`, at once however many do. */
  isRead(id: string): boolean {
    return (this.readers.get(id)?.size ?? 0) > 0;
  }

  isOutput(value: ValueRef): boolean {
    return this.isOutputNode(value.node) && this.outputs.some((output) => output.value.node === value.node && output.value.output === value.output);
  }

  /** Whether any output of the node is fetched by the caller of the model. */
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
  uniqueName(base: string): string {
    let name = base;
    for (let suffix = 1; this.names.has(name) || this.nodes.has(name); suffix++) name = `${base}_${suffix}`;
    this.names.add(name);
    return name;
  }

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
    this.names.add(node.name);
    this.index(node);
  }

  /** Removes a node nothing reads. */
  remove(id: string): void {
    if ((this.readers.get(id)?.size ?? 0) > 0 || this.isOutputNode(id)) throw new Error(`${id} is still read`);
    const old = this.node(id);
    this.record(id, undefined);
    this.unindex(old);
    this.nodes.delete(id);
    for (const reader of this.controlReaders.get(id) ?? []) this.dropControl(reader, id, old);
    this.controlReaders.delete(id);
    this.readers.delete(id);
  }

  setInput(id: string, input: number, value: ValueRef): void {
    const node = this.node(id);
    const inputs = node.inputs.map((old, index) => (index === input ? value : old));
    this.replace({ ...node, inputs });
  }

  /** Makes the given uses read `to`. */
  redirect(uses: readonly Use[], to: ValueRef): void {
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
    for (const reader of [...(this.controlReaders.get(from) ?? [])]) {
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

  private index(node: Node): void {
    for (const value of node.inputs) addTo(this.readers, value.node, node.id);
    for (const id of node.controlInputs) addTo(this.controlReaders, id, node.id);
  }

  private unindex(node: Node): void {
    for (const value of node.inputs) this.readers.get(value.node)?.delete(node.id);
    for (const id of node.controlInputs) this.controlReaders.get(id)?.delete(node.id);
  }

  private countOutput(id: string, by: number): void {
    const count = (this.outputNodes.get(id) ?? 0) + by;
    if (count > 0) this.outputNodes.set(id, count);
    else this.outputNodes.delete(id);
  }
}

function addTo(index: Map<string, Set<string>>, key: string, id: string): void {
  const set = index.get(key);
  if (set === undefined) index.set(key, new Set([id]));
  else set.add(id);
}
