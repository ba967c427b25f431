import { freeName } from '../../graph/freeName';
import { valueKey, type ValueRef } from '../../graph/graph';
import type { Body } from './bodies';
import { attributesInCall, type FunctionPart, functionKey } from './functions';
import { type BodyPart, EMPTY, type GraphParts, type ModelParts, type NodePart } from './graphParts';
import { GRAPH } from './modelFile';
import { NodeNames } from './nodeNames';

/** A graph of the file: the model's own, one that a node runs, or a call of one of the model's functions. */
export interface Scope {
  readonly parts: GraphParts;
  /** The body its nodes are in; undefined for the model's own. */
  readonly body: Body | undefined;
  /** The graph whose names it may use, too. */
  readonly outer: Scope | undefined;
  readonly call?: CallScope;
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
  /** By place in `parts.nodes`, the scopes of calls. */
  readonly calls: ReadonlyMap<number, Scope>;
}

/** Of a scope that is a function's. */
interface CallScope {
  /** Where the outermost call it is in is, and its id. */
  readonly outermost: Call;
  readonly caller: Scope;
  /** Functions it is in, by `functionKey`. */
  readonly path: ReadonlySet<string>;
  /** Names in the file of values that calls result in, by those in the function. */
  readonly shown: ReadonlyMap<string, string>;
}

/** A call of one of the model's functions whose nodes are nodes of the graph. */
export interface Call {
  readonly id: string;
  readonly part: NodePart;
  readonly scope: Scope;
}

/** The graphs of a model. */
export interface Scopes {
  readonly scopes: readonly Scope[];
  /** The value as its node makes it, where a call hands it on. */
  readonly resolve: (value: ValueRef) => ValueRef;
}

/** A name that two nodes make in the model's own graph is told to `onTwice`. */
export type OnTwice = (value: string, node: string) => never;

/** Nodes that calls may come to in all, and for each node of the file; calls beyond stay calls. */
const MOST_NODES_OF_CALLS = 100_000;
const MOST_NODES_PER_NODE = 100;

/**
 * The graphs of a model, each before those in its nodes. The graphs of a node are among them only where every name in them
 * means one value, as ONNX asks for; calls of functions as long as they do not come to too many nodes.
 */
export function scopesOf(parts: ModelParts, onTwice: OnTwice): Scopes {
  const taken = new Set<string>();
  const scopes = [scopeOf(parts, { body: undefined, outer: undefined, owner: undefined, prefix: '' }, taken, onTwice)];
  const results = new Map<string, ValueRef>();
  const written = [...parts.functions.values()].reduce((sum, { nodes }) => sum + nodes.length, parts.nodes.length);
  let left = Math.min(MOST_NODES_OF_CALLS, MOST_NODES_PER_NODE * written);
  for (let next = 0; next < scopes.length; next++) {
    const scope = scopes[next]!;
    scope.parts.nodes.forEach((part, place) => {
      const id = scope.ids[place]!;
      const key = functionKey({ domain: part.domain, name: part.op, overload: part.overload });
      const called = parts.functions.get(key);
      if (called !== undefined && called.nodes.length <= left && fits(called, part, scope) && scope.call?.path.has(key) !== true) {
        left -= called.nodes.length;
        const inside = calledScope({ id, part, scope }, key, called, taken, onTwice);
        called.outputs.forEach((name, output) => results.set(valueKey({ node: id, output }), inside.values.get(name)!));
        scope.calls.set(place, inside);
        scopes.push(inside);
      } else if (part.bodies.length > 0 && part.bodies.every((body) => isUnambiguous(body, scope))) {
        const inner = part.bodies.map(({ attribute, bytes, fields, parts: own }) => {
          const body: Body = { owner: id, op: part.op, attribute, outer: scope.body, depth: (scope.body?.depth ?? 0) + 1, bytes, fields, stated: own.stated, results: own.outputs };
          return scopeOf(own, { body, outer: scope, owner: part, prefix: `${id}/${attribute}/` }, taken, onTwice);
        });
        scope.inner.set(place, inner);
        scopes.push(...inner);
      }
    });
  }
  const resolve = (value: ValueRef): ValueRef => {
    let found = value;
    for (let made = results.get(valueKey(found)); made !== undefined; made = results.get(valueKey(found))) found = made;
    return found;
  };
  return { scopes, resolve };
}

/** Whether a call gives and takes what the function has. */
function fits({ inputs, outputs }: FunctionPart, call: NodePart, scope: Scope): boolean {
  return call.inputs.length <= inputs.length && call.outputs.length <= outputs.length
    && call.inputs.every((name) => name === '' || valueIn(scope, name) !== undefined);
}

function calledScope(call: Call, key: string, called: FunctionPart, taken: Set<string>, onTwice: OnTwice): MutableScope {
  const { id, part, scope } = call;
  const given = new Map(called.inputs.map((name, index) => [name, part.inputs[index] ?? '']));
  // An input that is not given is one that the nodes which read it are not given either.
  const nodes = called.nodes.map((node): NodePart => ({
    ...node, inputs: node.inputs.map((name) => (given.get(name) === '' ? '' : name)), attributes: attributesInCall(node.attributes, part.attributes, called.defaults),
  }));
  const shown = new Map(called.outputs.map((name, output) => [name, shownName(scope, part.outputs[output] ?? '')]));
  const inside = scopeOf({ ...EMPTY, nodes }, { body: scope.body, outer: undefined, owner: undefined, prefix: `${id}/` }, taken, onTwice);
  for (const [name, actual] of given) if (actual !== '') inside.values.set(name, valueIn(scope, actual)!);
  return { ...inside, call: { outermost: scope.call?.outermost ?? call, caller: scope, path: new Set([...(scope.call?.path ?? []), key]), shown } };
}

/** The name that a value has in the file; '' for what is only known inside a function. */
export function shownName({ call }: Scope, name: string): string {
  return call === undefined ? name : call.shown.get(name) ?? '';
}

/** The value a name means in a scope. */
export function valueIn(scope: Scope, name: string): ValueRef | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const value = at.values.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

type MutableScope = Scope & { readonly inner: Map<number, readonly Scope[]>; readonly calls: Map<number, Scope>; readonly values: Map<string, ValueRef> };

function scopeOf(
  parts: GraphParts, place: Pick<Scope, 'body' | 'outer' | 'owner' | 'prefix'>, taken: Set<string>, onTwice: OnTwice,
): MutableScope {
  const { prefix } = place;
  const values = new Map<string, ValueRef>();
  const idOf = (name: string): string => {
    const id = freeName(prefix + name, (given) => taken.has(given));
    taken.add(id);
    return id;
  };
  const define = (name: string, value: ValueRef): void => {
    if (values.has(name)) onTwice(name, value.node);
    values.set(name, value);
  };
  for (const name of ownNames(parts)) define(name, { node: prefix === '' ? name : idOf(name), output: 0 });
  if (prefix === '') for (const name of values.keys()) taken.add(name);
  const names = new NodeNames(parts);
  const ids = parts.nodes.map((part) => idOf(names.of(part)));
  parts.nodes.forEach(({ outputs }, index) => outputs.forEach((output, position) => {
    if (output !== '') define(output, { node: ids[index]!, output: position });
  }));
  return { ...place, parts, ids, values, inner: new Map(), calls: new Map() };
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
