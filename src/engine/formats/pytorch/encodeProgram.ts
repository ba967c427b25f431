import { isObject, type Json, type JsonObject } from '../../data/losslessJson';
import type { Graph, Node } from '../../graph/graph';
import { union, unionOf } from './arguments';
import { isCast } from './boundaryNodes';
import { type EncodedConstants, isConstantSpec } from './encodeConstants';
import { encodeNewNode, encodeNode } from './encodeNode';
import { isObjectWith, listAt, objectAt } from './program';
import { type ProgramSource, sourceOf } from './source';
import { withType } from './tensorMeta';
import type { ValueNames } from './valueNames';
import { writeOrder } from './writeOrder';

/** The exported program of a graph that phases changed; what they left alone is as it was read. */
export function encodeProgram(graph: Graph, constants: EncodedConstants, names: ValueNames): JsonObject {
  const { program } = graph.source as ProgramSource;
  const module = objectAt(program, 'graph_module');
  const encoded = new GraphEncoder(graph, constants, names);
  return new Map(program).set('graph_module', new Map(module).set('graph', encoded.graph()).set('signature', encoded.signature()));
}

class GraphEncoder {
  private readonly source: ProgramSource;
  private readonly read: JsonObject;
  private readonly readSignature: JsonObject;
  /** TensorMeta by the name of the value, in the order of the file. */
  private readonly metas: Map<string, Json>;

  constructor(
    private readonly written: Graph,
    private readonly constants: EncodedConstants,
    private readonly names: ValueNames,
  ) {
    this.source = written.source as ProgramSource;
    const module = objectAt(this.source.program, 'graph_module');
    this.read = objectAt(module, 'graph');
    this.readSignature = objectAt(module, 'signature');
    this.metas = new Map(objectAt(this.read, 'tensor_values'));
  }

  graph(): JsonObject {
    for (const name of this.removedNames()) this.metas.delete(name);
    for (const [name, meta] of this.constants.metas) this.metas.set(name, meta);
    const nodes = this.nodes();
    return new Map(this.read).set('inputs', this.inputs()).set('outputs', this.outputs()).set('nodes', nodes).set('tensor_values', this.metas);
  }

  signature(): JsonObject {
    return new Map(this.readSignature).set('input_specs', this.inputSpecs()).set('output_specs', this.outputSpecs());
  }

  private nodes(): readonly Json[] {
    const isFunctional = listAt(this.source.program, 'verifiers').includes('ATEN');
    const nodes: Json[] = [];
    for (const { node, madeFor } of writeOrder(this.written)) {
      const { origin } = sourceOf(node);
      if (this.isInput(node)) continue;
      if (origin === undefined) {
        const metadata = sourceOf(madeFor ?? node).origin?.message.get('metadata');
        nodes.push(encodeNewNode(node, isFunctional && isCast(node) ? 'aten._to_copy' : node.op, this.nameNew(node), metadata, this.names));
      } else {
        nodes.push(encodeNode(node, this.names));
        this.restateTypes(node);
      }
    }
    return nodes;
  }

  private isInput(node: Node): boolean {
    const { origin } = sourceOf(node);
    return origin === undefined ? node.inputs.length === 0 : !origin.message.has('target');
  }

  /** Names a new node after what it stands for, or else after what it reads, and states its type. */
  private nameNew(node: Node): string {
    const replaced = this.source.original.nodes.get(node.id);
    const [output] = replaced === undefined ? [] : sourceOf(replaced).origin!.outputs;
    const name = output?.name ?? this.names.give(node, node.name.split('/').slice(-2).join('_'));
    if (output !== undefined) this.names.set(node, name);
    const meta = this.metas.get(this.names.of(node.inputs[0]!)) as JsonObject;
    this.metas.set(name, new Map(withType(meta, sourceOf(node).outputTypes[0]!)).set('requires_grad', false));
    return name;
  }

  private restateTypes(node: Node): void {
    const { origin, outputTypes } = sourceOf(node);
    const before = sourceOf(origin!.original).outputTypes;
    origin!.outputs.forEach(({ name }, output) => {
      const type = outputTypes[output];
      const meta = this.metas.get(name);
      if (type !== undefined && type !== before[output] && isObject(meta)) this.metas.set(name, withType(meta, type));
    });
  }

  private removedNames(): Set<string> {
    const names = new Set([...this.source.original.nodes.values()].flatMap((node) => sourceOf(node).origin!.outputs.map(({ name }) => name)));
    for (const node of this.written.nodes.values()) for (const { name } of sourceOf(node).origin?.outputs ?? []) names.delete(name);
    for (const name of this.constants.specs.keys()) names.delete(name);
    return names;
  }

  /** Inputs in the order of the file without the constants that are gone, and new constants behind the last parameter or buffer. */
  private placed<T>(items: readonly Json[], make: (name: string, item: Json | undefined) => T): (T | Json)[] {
    const specs = listAt(this.readSignature, 'input_specs');
    const left = new Set(this.constants.specs.keys());
    const result: (T | Json)[] = [];
    let end = 0;
    specs.forEach((spec, index) => {
      const name = isConstantSpec(spec) ? nameOf(spec) : undefined;
      if (name !== undefined && !this.constants.specs.has(name)) return;
      result.push(name === undefined ? items[index]! : make(name, items[index]));
      if (name === undefined) return;
      left.delete(name);
      if (isObjectWith(spec, 'parameter', 'buffer')) end = result.length;
    });
    result.splice(end, 0, ...[...left].map((name) => make(name, undefined)));
    return result;
  }

  private inputs(): readonly Json[] {
    return this.placed(listAt(this.read, 'inputs'), (name, item) => item ?? union('as_tensor', new Map([['name', name]])));
  }

  private inputSpecs(): readonly Json[] {
    return this.placed(listAt(this.readSignature, 'input_specs'), (name) => this.constants.specs.get(name)!);
  }

  private outputs(): readonly Json[] {
    return this.renamed(listAt(this.read, 'outputs'), (output, rename) => rename(output));
  }

  private outputSpecs(): readonly Json[] {
    return this.renamed(listAt(this.readSignature, 'output_specs'), (spec, rename) => {
      const [kind, content] = unionOf(spec)!;
      return union(kind, new Map(content as JsonObject).set('arg', rename((content as JsonObject).get('arg')!)));
    });
  }

  /** The fetched values stand in the outputs in their order; outputs that are no values keep their places. */
  private renamed(items: readonly Json[], map: (item: Json, rename: (argument: Json) => Json) => Json): readonly Json[] {
    const fetched = this.written.outputs.map(({ value }) => this.names.of(value));
    let next = 0;
    return items.map((item, index) => {
      const name = valueName(listAt(this.read, 'outputs')[index]!) === undefined ? undefined : fetched[next++];
      return name === undefined ? item : map(item, (argument) => withName(argument, name));
    });
  }
}

function nameOf(spec: Json): string | undefined {
  const content = unionOf(spec)?.[1];
  const argument = isObject(content) ? content.get('arg') : undefined;
  return isObject(argument) ? (argument.get('name') as string | undefined) : undefined;
}

function valueName(argument: Json): string | undefined {
  const content = unionOf(argument)?.[1];
  const name = isObject(content) ? (content.get('name') ?? content.get('as_name')) : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** An argument, or the bare TensorArgument of a mutation, with another name. */
function withName(argument: Json, name: string): Json {
  const json = argument as JsonObject;
  if (json.has('name')) return new Map(json).set('name', name);
  const [tag, content] = unionOf(argument)!;
  const key = (content as JsonObject).has('as_name') ? 'as_name' : 'name';
  return union(tag, new Map(content as JsonObject).set(key, name));
}
