import { opVersion } from '../../capabilities/onnx';
import { UserError } from '../../errors';
import type { Node, ValueRef } from '../../graph/graph';
import type { NodePart } from './graphParts';
import { inferNodeTypes } from './inferTypes';
import { innerGraphs } from './innerGraphs';
import { type ModelVersions, type OnnxNode, outputTypes, withSource } from './node';
import { executionOrder } from './order';
import { type Scope, type Scopes, shownName, valueIn } from './scopes';

/** A node of the file and what it reads: its own inputs, what graphs in it capture, results of graphs it runs. */
interface Entry {
  readonly id: string;
  readonly part: NodePart;
  readonly scope: Scope;
  readonly captures: readonly string[];
  readonly inner: readonly Scope[];
  readonly inputs: readonly ValueRef[];
}

/**
 * The nodes of all graphs of a file in its order, with types inferred in the order they run. `valueNodes` are those that
 * stand for values. Throws UserError for a value that is not there and for cycles.
 */
export function typedNodes({ scopes, resolve }: Scopes, versions: ModelVersions, valueNodes: ReadonlyMap<string, Node>, file: string): Node[] {
  const entries = scopes.filter(({ call }) => call === undefined).flatMap((scope) => [...placesIn(scope)]).map(([scope, place]) => entryOf(scope, scope.parts.nodes[place]!, place, resolve, file));
  const places = new Map(entries.map(({ id }, place) => [id, place]));
  const typesOf = entries.map((): OnnxNode['outputTypes'] => []);
  const typeAt = ({ node, output }: ValueRef): OnnxNode['outputTypes'][number] => {
    const place = places.get(node);
    return place === undefined ? outputTypes(valueNodes.get(node)!)[output] : typesOf[place]![output];
  };
  const nodes = new Array<Node>(entries.length);
  for (const place of executionOrder(entries.map(({ inputs }) => inputs), places, entries.map(({ id }) => id), file)) {
    const { id, part, scope, captures, inner, inputs } = entries[place]!;
    const slots = part.inputs.flatMap((name, slot) => (name === '' ? [] : [slot]));
    const given = part.inputs.map((name) => (name === '' ? undefined : typeAt(resolve(valueIn(scope, name)!))));
    const definition = opVersion(part.domain, part.op, versions.opsets.get(part.domain) ?? 1);
    const types = inferNodeTypes({ op: part.op, definition, attributes: part.attributes, inputs: given, outputs: part.outputs.length });
    const outputNames = scope.call === undefined ? part.outputs : part.outputs.map((name) => shownName(scope, name));
    const { stated } = statingScope(scope).parts;
    typesOf[place] = types.outputs.map((type, output) => type ?? stated.get(outputNames[output]!)?.dtype);
    const source: OnnxNode = {
      kind: 'node', domain: part.domain, versions, inputNames: part.inputs, captures, outputNames, outputTypes: typesOf[place],
      slots: [...slots, ...inputs.slice(slots.length).map(() => -1)],
      inputTypes: [...slots.map((slot) => types.inputs[slot]), ...inputs.slice(slots.length).map(typeAt)],
      ...(inner.length === 0 ? {} : { bodies: inner.map(({ body }) => body!) }), ...(scope.body === undefined ? {} : { home: scope.body }), ...(scope.call === undefined ? {} : { call: scope.call.outermost.id }),
    };
    nodes[place] = withSource({ id, name: id, op: part.op, inputs, controlInputs: [], attributes: part.attributes }, source, scope.call === undefined ? part : undefined);
  }
  return nodes;
}

/** The nodes of a graph in its order, those of functions in the place of their calls. */
function* placesIn(graph: Scope): Generator<readonly [Scope, number]> {
  const stack = [{ scope: graph, place: 0 }];
  for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
    const place = at.place++;
    const called = at.scope.calls.get(place);
    if (called !== undefined) stack.push({ scope: called, place: 0 });
    else if (place < at.scope.parts.nodes.length) yield [at.scope, place];
    else stack.pop();
  }
}

/** The graph of the file that a function's nodes come to stand in. */
function statingScope(scope: Scope): Scope {
  let at = scope;
  while (at.call !== undefined) at = at.call.caller;
  return at;
}

function entryOf(scope: Scope, part: NodePart, place: number, resolve: Scopes['resolve'], file: string): Entry {
  const id = scope.ids[place]!;
  const read = (name: string): ValueRef => {
    const value = valueIn(scope, name);
    if (value === undefined) throw new UserError(`its input "${name}" is not in the graph`, { file, node: id, hint: 'Export the model again' });
    return resolve(value);
  };
  const inner = scope.inner.get(place) ?? [];
  const captures = inner.length > 0 ? [] : [...(innerGraphs(part.attributes)?.reads ?? [])].filter((name) => valueIn(scope, name) !== undefined);
  const results = inner.flatMap((graph) => graph.parts.outputs.map(({ name }) => resolve(graph.values.get(name)!)));
  return { id, part, scope, captures, inner, inputs: [...[...part.inputs.filter((name) => name !== ''), ...captures].map(read), ...results] };
}
