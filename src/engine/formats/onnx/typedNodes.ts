import { opVersion } from '../../capabilities/onnx';
import { UserError } from '../../errors';
import type { Node, ValueRef } from '../../graph/graph';
import type { NodePart } from './graphParts';
import { inferNodeTypes } from './inferTypes';
import { innerGraphs } from './innerGraphs';
import { type ModelVersions, type OnnxNode, outputTypes, withSource } from './node';
import { executionOrder } from './order';
import { type Scope, valueIn } from './scopes';

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
export function typedNodes(scopes: readonly Scope[], versions: ModelVersions, valueNodes: ReadonlyMap<string, Node>, file: string): Node[] {
  const entries = scopes.flatMap((scope) => scope.parts.nodes.map((part, place) => entryOf(scope, part, place, file)));
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
    const given = part.inputs.map((name) => (name === '' ? undefined : typeAt(valueIn(scope, name)!)));
    const definition = opVersion(part.domain, part.op, versions.opsets.get(part.domain) ?? 1);
    const types = inferNodeTypes({ op: part.op, definition, attributes: part.attributes, inputs: given, outputs: part.outputs.length });
    typesOf[place] = types.outputs.map((type, output) => type ?? scope.parts.stated.get(part.outputs[output]!)?.dtype);
    const source: OnnxNode = {
      kind: 'node', domain: part.domain, versions, inputNames: part.inputs, captures, outputNames: part.outputs, outputTypes: typesOf[place],
      slots: [...slots, ...inputs.slice(slots.length).map(() => -1)],
      inputTypes: [...slots.map((slot) => types.inputs[slot]), ...inputs.slice(slots.length).map(typeAt)],
      ...(inner.length === 0 ? {} : { bodies: inner.map(({ body }) => body!) }), ...(scope.body === undefined ? {} : { home: scope.body }),
    };
    nodes[place] = withSource({ id, name: id, op: part.op, inputs, controlInputs: [], attributes: part.attributes }, source, part);
  }
  return nodes;
}

function entryOf(scope: Scope, part: NodePart, place: number, file: string): Entry {
  const id = scope.ids[place]!;
  const read = (name: string): ValueRef => {
    const value = valueIn(scope, name);
    if (value === undefined) throw new UserError(`its input "${name}" is not in the graph`, { file, node: id, hint: 'Export the model again' });
    return value;
  };
  const inner = scope.inner.get(place) ?? [];
  const captures = inner.length > 0 ? [] : [...(innerGraphs(part.attributes)?.reads ?? [])].filter((name) => valueIn(scope, name) !== undefined);
  const results = inner.flatMap((graph) => graph.parts.outputs.map(({ name }) => graph.values.get(name)!));
  return { id, part, scope, captures, inner, inputs: [...[...part.inputs.filter((name) => name !== ''), ...captures].map(read), ...results] };
}
