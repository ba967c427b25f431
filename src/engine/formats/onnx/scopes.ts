import type { ValueRef } from '../../graph/graph';
import type { Body } from './bodies';
import type { BodyPart, GraphParts, NodePart } from './graphParts';
import { GRAPH } from './modelFile';
import { NodeNames } from './nodeNames';

/** A graph of the file: the model's own, or one that a node runs. */
export interface Scope {
  readonly parts: GraphParts;
  /** Undefined for the model's own. */
  readonly body: Body | undefined;
  readonly outer: Scope | undefined;
  /** The node that runs it. */
  readonly owner: NodePart | undefined;
  /** What the ids of all that is in it begin with. */
  readonly prefix: string;
  /** Ids of `parts.nodes`. */
  readonly ids: readonly string[];
  /** The graph's own values by name. */
  readonly values: ReadonlyMap<string, ValueRef>;
  /** By place in `parts.nodes`, the scopes of the graphs that the node runs; none where they stay as they are. */
  readonly inner: ReadonlyMap<number, readonly Scope[]>;
}

/** A name that two nodes make in the model's own graph is told to `onTwice`. */
export type OnTwice = (value: string, node: string) => never;

/**
 * The graphs of a model, each before those in its nodes. The graphs of a node are among them only where every name in them
 * means one value, as ONNX asks for.
 */
export function scopesOf(parts: GraphParts, onTwice: OnTwice): readonly Scope[] {
  const taken = new Set<string>();
  const root = scopeOf(parts, { body: undefined, outer: undefined, owner: undefined, prefix: '' }, taken, onTwice);
  const scopes = [root];
  for (let next = 0; next < scopes.length; next++) {
    const scope = scopes[next]!;
    scope.parts.nodes.forEach((part, place) => {
      const { bodies } = part;
      if (bodies.length === 0 || !bodies.every((body) => isUnambiguous(body, scope))) return;
      const id = scope.ids[place]!;
      const inner = bodies.map(({ attribute, bytes, fields, parts: own }) => {
        const body: Body = { owner: id, attribute, outer: scope.body, depth: (scope.body?.depth ?? 0) + 1, bytes, fields, stated: own.stated, results: own.outputs };
        return scopeOf(own, { body, outer: scope, owner: part, prefix: `${id}/${attribute}/` }, taken, onTwice);
      });
      scope.inner.set(place, inner);
      scopes.push(...inner);
    });
  }
  return scopes;
}

/** The value a name means in a scope. */
export function valueIn(scope: Scope, name: string): ValueRef | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const value = at.values.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function scopeOf(
  parts: GraphParts, place: Pick<Scope, 'body' | 'outer' | 'owner' | 'prefix'>, taken: Set<string>, onTwice: OnTwice,
): Scope & { readonly inner: Map<number, readonly Scope[]> } {
  const { body, prefix } = place;
  const values = new Map<string, ValueRef>();
  const idOf = (name: string): string => {
    let id = prefix + name;
    for (let suffix = 1; taken.has(id); suffix++) id = `${prefix}${name}_${suffix}`;
    taken.add(id);
    return id;
  };
  const define = (name: string, value: ValueRef): void => {
    if (values.has(name)) onTwice(name, value.node);
    values.set(name, value);
  };
  for (const name of ownNames(parts)) define(name, { node: body === undefined ? name : idOf(name), output: 0 });
  if (body === undefined) for (const name of values.keys()) taken.add(name);
  const names = new NodeNames(parts);
  const ids = parts.nodes.map((part) => idOf(names.of(part)));
  parts.nodes.forEach(({ outputs }, index) => outputs.forEach((output, position) => {
    if (output !== '') define(output, { node: ids[index]!, output: position });
  }));
  return { ...place, parts, ids, values, inner: new Map() };
}

/** Names of the values that are no results of nodes. */
function ownNames({ inputs, initializers, sparse }: GraphParts): string[] {
  return [...inputs.map(({ name }) => name), ...initializers.map(({ tensor }) => tensor.name), ...sparse.map(({ name }) => name)];
}

/** Whether every name in the graph means one value of it or of the graphs around, and its outputs are values of its own, each once. */
function isUnambiguous({ fields, parts }: BodyPart, outer: Scope): boolean {
  const names = [...ownNames(parts), ...parts.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== ''))];
  const own = new Set(names);
  const isKnown = (name: string): boolean => name === '' || own.has(name) || valueIn(outer, name) !== undefined;
  return own.size === names.length && !names.some((name) => valueIn(outer, name) !== undefined)
    && parts.sparse.length === 0 && fields.filter(({ number }) => number === GRAPH.input).length === parts.inputs.length
    && parts.outputs.every(({ name }) => own.has(name)) && new Set(parts.outputs.map(({ name }) => name)).size === parts.outputs.length
    && parts.nodes.every(({ inputs }: NodePart) => inputs.every(isKnown));
}
