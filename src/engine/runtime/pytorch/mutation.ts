import { UserError } from '../../errors';
import type { Attribute } from '../../graph/attribute';
import { valueKey, type Graph, type Node, type ValueRef } from '../../graph/graph';
import { elementCount, type Tensor } from '../../graph/tensor';
import type { FunctionalGraph, OpContext, Operation, Operations } from '../operation';
import type { NumberArray } from '../tensors';
import { casting } from './casting';
import { perhapsViews, views } from './views';

/** `aten.add.Tensor` as `aten.add_.Tensor`. */
export function inPlaceName(name: string): string {
  return name.replace(/^(aten\.[a-z0-9_]+)/, '$1_');
}

const IN_PLACE = /^aten\.[a-z0-9_]*[a-z0-9]_(\.|$)/;
/** Hand the memory of their input on as it is. */
const SAME = /^aten\.(alias|detach|detach_|dropout|feature_dropout|alpha_dropout)$/;

/** Whether the op changes the memory of its first input. */
function mutates(node: Node): boolean {
  return IN_PLACE.test(node.op) && !SAME.test(node.op);
}

/** More views than this on top of each other are not followed, so that work stays linear. */
const MAX_VIEWS = 64;

/** A graph's values in terms of memory: which share it, and what they hold after the nodes seen so far. */
class Memory {
  /** By node: the value its outputs are views of. */
  private readonly parents = new Map<string, { readonly of: ValueRef; readonly node: Node; readonly isCertain: boolean }>();
  /** By node: the value it is another name of. */
  private readonly synonyms = new Map<string, ValueRef>();
  /** How often the memory of a value without parents was changed. */
  private readonly versions = new Map<string, number>();
  /** What a value holds, and as of which version of its memory; undefined where that is not known. */
  private readonly contents = new Map<string, { readonly value: ValueRef | undefined; readonly version: number }>();
  private readonly born = new Map<string, number>();

  constructor(private readonly added: (node: Node) => void) {}

  /** The value that holds what `value` would hold now. Throws UserError where that depends on how it lies in memory. */
  latest(value: ValueRef): ValueRef {
    const chain = this.chainOf(value);
    const version = this.versions.get(valueKey(chain.at(-1)!)) ?? 0;
    if (version === 0) return value;
    const stale = chain.findIndex((link) => this.contentOf(link).version === version);
    const from = chain[stale]!;
    let { value: content } = this.contentOf(from);
    if (content === undefined) throw unknownContent(value);
    for (const link of chain.slice(0, stale).reverse()) {
      const { node, isCertain } = this.parents.get(link.node)!;
      if (!isCertain) throw unknownContent(value);
      const again: Node = { ...node, id: `${node.id}@${version}`, inputs: node.inputs.map((input, index) => (index === 0 ? content! : input)) };
      this.added(again);
      content = { node: again.id, output: link.output };
      this.contents.set(valueKey(link), { value: content, version });
    }
    return content;
  }

  /** Takes note of a node whose inputs are resolved. */
  see(node: Node, original: Node): void {
    const self = original.inputs[0];
    if (self === undefined) return;
    if (mutates(node)) this.change(node, self);
    else if (SAME.test(node.op)) this.synonyms.set(node.id, this.canonical(self));
    else if (node.op in views || node.op in perhapsViews || node.op in casting) {
      this.parents.set(node.id, { of: this.canonical(self), node, isCertain: node.op in views });
      this.born.set(node.id, this.versions.get(valueKey(this.chainOf({ node: node.id, output: 0 }).at(-1)!)) ?? 0);
    }
  }

  /** `node` wrote to `self`: it holds the result from now on, and all it is a view of holds it in its place. */
  private change(node: Node, self: ValueRef): void {
    const chain = this.chainOf(self);
    const root = valueKey(chain.at(-1)!);
    const before = chain.map((link) => (link === chain[0] ? undefined : this.knownOrUndefined(link)));
    const version = (this.versions.get(root) ?? 0) + 1;
    this.versions.set(root, version);
    let content: ValueRef | undefined = { node: node.id, output: 0 };
    this.synonyms.set(node.id, chain[0]!);
    this.contents.set(valueKey(chain[0]!), { value: content, version });
    for (let index = 1; index < chain.length; index++) {
      const { node: view, isCertain } = this.parents.get(chain[index - 1]!.node)!;
      const base = before[index];
      if (content !== undefined && base !== undefined && isCertain) {
        const scatter = scatterNode(view, chain[index - 1]!.output, base, content, `${node.id}@${view.id}`);
        this.added(scatter);
        content = { node: scatter.id, output: 0 };
      } else content = undefined;
      this.contents.set(valueKey(chain[index]!), { value: content, version });
    }
  }

  private knownOrUndefined(value: ValueRef): ValueRef | undefined {
    try {
      return this.latest(value);
    } catch (error) {
      if (error instanceof UserError) return undefined;
      throw error;
    }
  }

  private contentOf(value: ValueRef): { readonly value: ValueRef | undefined; readonly version: number } {
    return this.contents.get(valueKey(value)) ?? { value, version: this.born.get(value.node) ?? 0 };
  }

  private canonical(value: ValueRef): ValueRef {
    return this.synonyms.get(value.node) ?? value;
  }

  /** The value, what it is a view of, and so on. */
  private chainOf(value: ValueRef): ValueRef[] {
    const chain = [this.canonical(value)];
    for (let parent = this.parents.get(chain[0]!.node); parent !== undefined; parent = this.parents.get(parent.of.node)) {
      chain.push(parent.of);
      if (chain.length > MAX_VIEWS) throw new UserError(`A value is a view through more than ${MAX_VIEWS} others`, { node: value.node });
    }
    return chain;
  }
}

function unknownContent(value: ValueRef): UserError {
  return new UserError('The value is changed in place through another one that may or may not share its memory', {
    node: value.node, hint: 'Export the model with run_decompositions(), which removes changes in place',
  });
}

/**
 * The graph with a new value in the place of every change in place: who reads a changed value, or a view of one, reads
 * what it holds by then. Nodes that were inserted run just before their first reader.
 */
export function withoutMutation(graph: Graph): FunctionalGraph {
  if (![...graph.nodes.values()].some(mutates)) return { graph, latest: (value) => value };
  const nodes = new Map<string, Node>();
  const memory = new Memory((node) => nodes.set(node.id, node));
  for (const node of inOrder(graph)) {
    const inputs = node.inputs.map((input) => memory.latest(input));
    const current = inputs.every((input, index) => input === node.inputs[index]) ? node : { ...node, inputs };
    nodes.set(node.id, current);
    memory.see(current, node);
  }
  return { graph: { ...graph, nodes }, latest: (value) => memory.latest(value) };
}

/** Nodes in file order, each after those it reads. */
function inOrder(graph: Graph): Node[] {
  const order: Node[] = [];
  const done = new Set<string>();
  for (const start of graph.nodes.values()) {
    const stack = [start];
    const open = new Set<string>();
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if (!done.has(node.id) && !open.has(node.id)) {
        open.add(node.id);
        const needs = node.inputs.flatMap((input) => (done.has(input.node) ? [] : (graph.nodes.get(input.node) ?? [])));
        stack.push(...needs.reverse());
        if (needs.length > 0) continue;
      }
      stack.pop();
      if (!done.has(node.id)) order.push(node);
      done.add(node.id);
    }
  }
  return order;
}

export const SCATTER_VIEW = 'scatter_view';

/** The inputs of a view, with `base` as the first, then `part`; as the view's output `output`, `part` replaces its place in `base`. */
function scatterNode(view: Node, output: number, base: ValueRef, part: ValueRef, id: string): Node {
  const attributes = new Map<string, Attribute>(view.attributes);
  attributes.set('view_op', { kind: 'string', value: new TextEncoder().encode(view.op) });
  attributes.set('view_output', { kind: 'int', value: output });
  return { ...view, id, name: id, op: SCATTER_VIEW, inputs: [base, ...view.inputs.slice(1), part], attributes };
}

/** Takes the view of the places of all elements to see where those of the part belong. */
export function scatterView(table: Operations): Operation {
  return async (context) => {
    const [base, part] = [context.input(0), context.input(context.inputCount - 1)];
    const places: Tensor = { dtype: 'int32', shape: base.shape, data: Int32Array.from({ length: elementCount(base.shape) }, (_, place) => place) };
    const input = (index: number): Tensor => (index === 0 ? places : context.input(index));
    const inner: OpContext = { ...context, op: context.string('view_op', ''), input, value: input };
    const chosen = (await table[inner.op]!(inner))[context.int('view_output', 0)] as Tensor;
    const data = (base.data as NumberArray).slice();
    const values = part.data as NumberArray;
    (chosen.data as Int32Array).forEach((place, index) => (data[place] = values[index]!));
    return [{ ...base, data }];
  };
}
